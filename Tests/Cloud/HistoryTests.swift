// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import TestSupport
import Testing

/// Histories by chance: whatever users, nodes, the network and restarts do in whatever order, the
/// records agree with each other at every moment, and in the end nothing is left over.
@Suite(.timeLimit(.minutes(5)))
struct HistoryTests {
  @Test(arguments: 1...UInt64(16)) func recordsAgreeAtEveryMoment(seed: UInt64) async throws {
    let history = try await History(seed: seed)
    for step in 1...150 {
      try await history.step()
      let findings = try await history.cloud.findings()
      #expect(findings == [], "seed \(seed), step \(step): \(history.last)")
      if !findings.isEmpty { return }
    }
    try await history.settle()
    let settled = try await history.cloud.holdings()
    #expect(settled.instances.allSatisfy { $0.taskState == nil && $0.vmState != .building })
    #expect(settled.desired.allSatisfy { $0.isSettled && $0.target != .absent })
    for desired in settled.desired {
      let state = settled.instances.first { $0.id == desired.instance }?.vmState
      #expect(state == (desired.target == .stopped ? .stopped : .active), "seed \(seed)")
    }

    try await history.deleteAll()
    try await history.settle()
    #expect(try await history.cloud.holdings().isEmpty, "seed \(seed)")
  }
}

/// A cloud, its nodes and its users, driven by chance.
private final class History {
  private(set) var cloud: TestCloud
  private(set) var last = ""
  private let things: TestThings
  private let randomness: SeededRandomness
  private var agents: [SimulatedAgent] = []
  private var made = 0

  init(seed: UInt64) async throws {
    randomness = SeededRandomness(seed: seed)
    cloud = try TestCloud(seed: seed)
    for number in 1...3 {
      agents.append(
        SimulatedAgent(
          cloud.makeNode("node-\(number)", cpus: 2, memoryMB: 2048, diskGB: 20),
          resumes: seed % 2 == 0))
    }
    things = try await cloud.addThings(cidr: "10.0.0.0/28")
    for agent in agents { try await agent.register() }
  }

  private func chance(_ bound: Int) -> Int { Int(randomness.number(below: UInt64(bound))) }

  func step() async throws {
    let agent = agents[chance(agents.count)]
    for agent in agents where chance(3) > 0 { agent.take() }
    switch chance(100) {
    case ..<25: await create()
    case ..<40: try await deleteOne()
    case ..<75:
      last = "a node works"
      await agent.work(randomness, fails: chance(5) == 0)
    case ..<80:
      last = "a guest switches itself off"
      await agent.powerOff(randomness)
    case ..<88:
      last = "a report arrives again"
      await agent.repeatOne(randomness)
    case ..<92:
      last = "a connection ends"
      if agent.isConnected { await cloud.disconnect(agent.node) }
      agent.isConnected = false
    case ..<97:
      last = "a node registers"
      try await agent.register()
    case ..<99:
      last = "time passes"
      cloud.clock.advance(by: .seconds(chance(20)))
    default: try await restart()
    }
  }

  private func create() async {
    last = "create"
    made += 1
    var draft = things.draft("server-\(made)")
    draft.maximumCount = Int64(1 + chance(3))
    // Addresses run out now and then: then nothing is made.
    _ = await failure { [cloud] in
      try await cloud.cloud.createServers(draft, for: TestCallers.member)
    }
  }

  private func deleteOne() async throws {
    last = "delete"
    let servers = try await cloud.holdings().instances
    guard !servers.isEmpty else { return }
    made += 1
    _ = await failure { [cloud, made, id = servers[chance(servers.count)].id] in
      try await cloud.cloud.deleteServer(id, for: TestCallers.member.asking("req-\(made)"))
    }
  }

  private func restart() async throws {
    last = "the controller restarts"
    cloud = try await cloud.restarted()
    for agent in agents {
      agent.take()
      agent.node = cloud.makeNode(
        "node", id: agent.node.id, cpus: 2, memoryMB: 2048, diskGB: 20)
      agent.isConnected = false
    }
  }

  func deleteAll() async throws {
    for server in try await cloud.holdings().instances where server.taskState != .deleting {
      made += 1
      try await cloud.cloud.deleteServer(
        server.id, for: TestCallers.member.asking("req-\(made)"))
    }
  }

  /// Every node is there and does what it is told, until nothing is left to do.
  func settle() async throws {
    while true {
      let isDone = try await cloud.holdings().desired.allSatisfy {
        $0.isSettled && $0.target != .absent
      }
      if isDone { return }
      for agent in agents {
        // What a node lacks it is told at its registration.
        try await agent.register()
        for _ in 1...20 {
          await Task.yield()
          agent.take()
          await agent.work(randomness, fails: false)
        }
      }
    }
  }
}
