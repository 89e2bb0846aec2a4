// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Hypervisor
import JSON
import LocalCloud
import Processes
import Simulation
import Testing

/// A simulated host, a real agent on it and a real controller, each a process of its own: the agent can
/// be killed at any moment, and the guests run on.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SimulatedHostTests {
  /// The three processes, below one folder.
  private struct Site {
    let cloud: LocalCloud
    let client: CloudClient
    let node: NodeID
    private let host: RunningProcess

    init() async throws {
      cloud = try LocalCloud.make(purpose: "simulated")
      client = CloudClient(apiURL: cloud.apiURL, password: cloud.password)
      node = .random(from: SystemRandomness())
      try cloud.tree.run(
        "roostctl",
        [
          "ca", "node", "--folder", "\(cloud.folder)/ca", "--out", "\(cloud.folder)/simulated",
          "--id", "\(node)",
        ])
      host = try RunningProcess(
        cloud.tree.child("roost-bench", ["hypervisor", "--socket", "\(cloud.folder)/host"]),
        log: "\(cloud.folder)/host.log")
      try cloud.startController()
    }

    func startAgent() throws -> RunningProcess {
      let folder = "\(cloud.folder)/simulated"
      return try RunningProcess(
        cloud.tree.child(
          "roost-bench",
          [
            "agent", "--node", "\(node)", "--hypervisor", "\(cloud.folder)/host", "--controller",
            cloud.wireAddress, "--certificate", "\(folder)/node.crt", "--key", "\(folder)/node.key",
            "--ca", "\(folder)/ca.crt", "--state", "\(folder)/state",
          ]), log: "\(folder)/agent.log")
    }

    var remote: RemoteHost {
      RemoteHost(at: "\(cloud.folder)/host", offer: .simulated(), clock: SystemClock())
    }

    func kill(_ process: RunningProcess) {
      process.signal(SIGKILL)
      process.stop(patience: .seconds(10), clock: SystemClock())
    }

    func end() throws {
      kill(host)
      try cloud.stop()
    }
  }

  @Test func `Guests of a simulated host outlive the agent that made them`() async throws {
    try await withBlockingThread { try await outlive() }
  }

  private func outlive() async throws {
    let site = try await Site()
    var agent = try site.startAgent()
    do {
      let furnishing = try await site.client.furnish()
      let server = try await site.client.createServer("guest", furnishing)
      #expect(try await site.client.waitUntilBuilt(server) == "ACTIVE")
      let remote = site.remote
      let id = try #require(InstanceID(server))
      #expect(try await remote.domain(id)?.powerState == .running)
      #expect(try await remote.ports().count == 1)

      site.kill(agent)
      #expect(try await remote.domain(id)?.powerState == .running)
      // Nobody notices for the agent; the next one looks.
      try await remote.become(id, .shutdown)
      // What was asked meanwhile is done when it is back.
      let waiting = Task {
        try await site.client.wait(for: "the guest to be seen off") {
          () async throws(RoostError) -> Bool? in
          try await site.client.status(of: server) == "SHUTOFF" ? true : nil
        }
      }
      agent = try site.startAgent()
      #expect(try await waiting.value)

      // A host that refuses for a while holds up the removal, and loses nothing.
      try await remote.behave("hypervisor.undefine", Behaviour(failures: 10_000))
      try await site.client.get("DELETE", "/compute/v2.1/servers/\(server)")
      site.kill(agent)
      agent = try site.startAgent()
      try await remote.behave("hypervisor.undefine", Behaviour())
      try await site.client.waitUntilGone(server)
      #expect(try await remote.domains().isEmpty)
      #expect(try await remote.ports().isEmpty)
    } catch {
      let log = try? SystemDisk().readEnd("\(site.cloud.folder)/simulated/agent.log", count: 3000)
      Issue.record(error, "\(String(decoding: log ?? [], as: UTF8.self))")
    }
    site.kill(agent)
    try site.end()
  }
}
