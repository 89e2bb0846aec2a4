// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import NodeProtocol
import Scratch
import StateDigest
import Store
import TestSupport
import Testing
import Wire

@testable import Cloud

/// Histories by chance in which the store is set back to a backup now and then: the records agree with
/// each other at every moment, and no guest is lost that nobody deleted, nor one made a second time.
@Suite(.timeLimit(.minutes(5)))
struct RestoreHistoryTests {
  @Test(arguments: 1...UInt64(16)) func nothingIsLostByARestore(seed: UInt64) async throws {
    let history = try await RestoreHistory(seed: seed)
    for step in 1...120 {
      try await history.step()
      let findings = try await history.cloud.findings()
      #expect(findings == [], "seed \(seed), step \(step): \(history.last)")
      #expect(history.lost == [], "seed \(seed), step \(step): \(history.last)")
      #expect(history.madeTwice == [], "seed \(seed), step \(step): \(history.last)")
      if !findings.isEmpty || !history.lost.isEmpty || !history.madeTwice.isEmpty { return }
    }
    // Whatever the nodes still have, an operator gets rid of: no order is taken for an old one.
    try await history.removeEverything()
    #expect(history.isEmpty, "seed \(seed)")
    #expect(try await history.cloud.holdings().isEmpty, "seed \(seed)")
    #expect(history.restores > 0, "seed \(seed) proves nothing")
  }
}

/// A node that has its guests' disks, whatever becomes of the controller.
private final class DurableAgent {
  struct Entry {
    var desired: Desired
    var hasDisk: Bool
    var isReported = false
  }

  var node: TestNode
  var isConnected = false
  /// Whether it registers by digests.
  let resumes: Bool
  private var reports: [InstanceID: Observation] = [:]
  private(set) var journal: [InstanceID: Entry] = [:]
  /// Guests that were made after they had been made before.
  private(set) var madeTwice: [InstanceID] = []
  private var made: Set<InstanceID> = []

  init(_ node: TestNode, resumes: Bool) {
    self.node = node
    self.resumes = resumes
  }

  func register() async throws {
    if !isConnected { try await node.connect() }
    isConnected = true
    let held = journal.sorted { $0.key < $1.key }.map { id, entry in
      var held = Held()
      held.instanceID = id
      held.generation = entry.desired.generation
      held.target = entry.desired.target
      return held
    }
    guard resumes else {
      try await node.register(holding: held)
      for id in journal.keys { journal[id]?.isReported = false }
      return
    }
    let observed = reports.values.sorted { $0.instanceID < $1.instanceID }
    let recorded = try await node.resume(holding: held, observed: observed).recorded
    for (id, entry) in journal {
      let report = reports[id].flatMap { $0.generation == entry.desired.generation ? $0 : nil }
      journal[id]?.isReported = report.map { recorded.contains(EntryDigest($0)) } ?? false
    }
  }

  /// As the journal's rule: only what is newer, and nothing after a revocation. A guest that ran is
  /// not made anew.
  func take() {
    for desired in node.told.drain() {
      let held = journal[desired.instanceID]
      if let held, held.desired.generation >= desired.generation { continue }
      if held?.desired.target == .absent, desired.target != .absent { continue }
      let hasDisk = held?.hasDisk ?? (desired.target == .running && !desired.launched)
      if held == nil, hasDisk, !made.insert(desired.instanceID).inserted {
        madeTwice.append(desired.instanceID)
      }
      journal[desired.instanceID] = Entry(desired: desired, hasDisk: hasDisk)
    }
  }

  /// Makes one entry so and reports it. Returns the instance whose disk went.
  func work(_ randomness: SeededRandomness) async -> InstanceID? {
    let waiting = journal.filter { !$0.value.isReported }.keys.sorted()
    guard !waiting.isEmpty else { return nil }
    let id = waiting[Int(randomness.number(below: UInt64(waiting.count)))]
    guard let entry = journal[id] else { return nil }
    let observation: Observation
    if entry.desired.target == .absent {
      journal[id]?.hasDisk = false
      observation = .gone(entry.desired)
    } else if entry.hasDisk {
      let isOff = entry.desired.target == .stopped
      observation = .settled(entry.desired, power: isOff ? 4 : 1)
    } else {
      observation = .failed(entry.desired, step: "", "The instance's root disk is missing.")
    }
    reports[id] = observation
    let removed = entry.desired.target == .absent && entry.hasDisk ? id : nil
    guard (try? await node.report(observation)) != nil else { return removed }
    if entry.desired.target == .absent {
      journal[id] = nil
      reports[id] = nil
    } else {
      journal[id]?.isReported = true
    }
    return removed
  }
}

/// A cloud, its nodes, its users and its operator, driven by chance.
private final class RestoreHistory {
  private(set) var cloud: TestCloud
  private(set) var last = ""
  private(set) var restores = 0
  /// Guests whose disk went although nobody asked for it.
  private(set) var lost: [InstanceID] = []
  private let things: TestThings
  private let randomness: SeededRandomness
  private var agents: [DurableAgent] = []
  /// What users deleted or an operator removed, in any life of the controller.
  private var unwanted: Set<InstanceID> = []
  private var backup: TemporaryFolder?
  private var made = 0

  init(seed: UInt64) async throws {
    randomness = SeededRandomness(seed: seed)
    cloud = try TestCloud(seed: seed)
    for number in 1...2 {
      agents.append(
        DurableAgent(
          cloud.makeNode("node-\(number)", cpus: 4, memoryMB: 4096, diskGB: 40),
          resumes: seed % 2 == 0))
    }
    things = try await cloud.addThings()
    for agent in agents { try await agent.register() }
  }

  var madeTwice: [InstanceID] { agents.flatMap(\.madeTwice) }

  /// Whether the nodes hold nothing.
  var isEmpty: Bool { agents.allSatisfy(\.journal.isEmpty) }

  private func chance(_ bound: Int) -> Int { Int(randomness.number(below: UInt64(bound))) }

  func step() async throws {
    let agent = agents[chance(agents.count)]
    for agent in agents where chance(3) > 0 { agent.take() }
    made += 1
    switch chance(100) {
    case ..<25:
      last = "create"
      _ = await failure { [cloud, things, made] in
        try await cloud.cloud.createServers(
          things.draft("server-\(made)"), for: TestCallers.member)
      }
    case ..<40: try await deleteOne()
    case ..<68:
      last = "a node works"
      if let id = await agent.work(randomness), !unwanted.contains(id) { lost.append(id) }
    case ..<74:
      last = "a node registers"
      try await agent.register()
    case ..<80: try await removeOrphan()
    case ..<90: try backUp()
    default: try await restore()
    }
  }

  /// Users delete all servers, an operator all orphans, and the nodes do as they are told.
  func removeEverything() async throws {
    for round in 1...10 {
      for server in try await cloud.holdings().instances where server.taskState != .deleting {
        unwanted.insert(server.id)
        let caller = TestCallers.member.asking("req-last-\(round)-\(server.id)")
        try await cloud.cloud.deleteServer(server.id, for: caller)
      }
      for agent in agents { try await agent.register() }
      for orphan in try await cloud.cloud.orphans(for: TestCallers.admin) {
        unwanted.insert(orphan.instance)
        _ = try await cloud.cloud.removeOrphan(
          orphan.instance, on: orphan.node, for: TestCallers.admin)
      }
      for agent in agents {
        for _ in 1...100 {
          await Task.yield()
          agent.take()
          if let id = await agent.work(randomness), !unwanted.contains(id) { lost.append(id) }
        }
      }
    }
  }

  private func deleteOne() async throws {
    last = "delete"
    let servers = try await cloud.holdings().instances
    guard !servers.isEmpty else { return }
    let id = servers[chance(servers.count)].id
    unwanted.insert(id)
    _ = await failure { [cloud, made] in
      try await cloud.cloud.deleteServer(id, for: TestCallers.member.asking("req-\(made)"))
    }
  }

  private func removeOrphan() async throws {
    last = "an orphan is removed"
    guard let orphan = try await cloud.cloud.orphans(for: TestCallers.admin).first else { return }
    unwanted.insert(orphan.instance)
    _ = try await cloud.cloud.removeOrphan(
      orphan.instance, on: orphan.node, for: TestCallers.admin)
  }

  private func backUp() throws {
    last = "backup"
    let folder = try TemporaryFolder()
    try Backup.make(
      of: cloud.folder.file("controller.db"), at: folder.file("backup"), time: cloud.clock.now,
      disk: SystemDisk())
    backup = folder
  }

  private func restore() async throws {
    last = "restore"
    guard let backup else { return }
    restores += 1
    let folder = try TemporaryFolder()
    _ = try Backup.unpack(
      backup.file("backup"), to: folder.file("controller.db"), outdoing: .zero,
      at: cloud.clock.now, disk: SystemDisk()
    ) { _ in () }
    cloud.clock.advance(by: .seconds(1))
    cloud = try TestCloud(in: folder, clock: cloud.clock, seed: UInt64(restores) &+ 100)
    for agent in agents {
      agent.take()
      agent.node = cloud.makeNode(
        "node", id: agent.node.id, cpus: 4, memoryMB: 4096, diskGB: 40)
      agent.isConnected = false
    }
  }
}
