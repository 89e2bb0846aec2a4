// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import LocalCloud
import Processes
import Testing

/// Kills agent, controller and libvirtd at every named step of a create and of a delete. After a
/// restart the server is ACTIVE or gone, what was acknowledged has come true, and nothing
/// half-made is left.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(20)))
struct KillTests {
  let site: Site

  /// What an earlier failure left must not make this test fail too.
  init() async throws {
    site = try .required()
    try site.cloud.startWhatEnded()
    try await site.client.waitForNode()
    try await site.client.deleteServers()
  }

  @Test(arguments: CrashSite.create)
  func `A create survives`(_ crash: CrashSite) async {
    await site.attempt {
      var furnishing = site.furnishing
      if crash.point.needsFreshImage {
        furnishing = try await site.client.withFreshImage(furnishing)
      }
      try await arm(crash)
      let acknowledged = try await answer {
        try await site.client.createServer("survivor", furnishing)
      }
      try await revive(crash)
      let server = try await site.client.server(named: "survivor")
      if let acknowledged { #expect(server == acknowledged) }
      if let server {
        let status = try await site.client.waitUntilBuilt(server)
        #expect(status == "ACTIVE")
        try await site.expectCleanAudit("after the create")
        try await site.client.deleteServer(server)
      }
      try await site.expectCleanAudit("after all")
      try site.expectEmptyNode("after all")
    }
  }

  @Test(arguments: CrashSite.delete)
  func `A delete survives`(_ crash: CrashSite) async {
    await site.attempt {
      let server = try await site.client.createServer("victim", site.furnishing)
      let status = try await site.client.waitUntilBuilt(server)
      #expect(status == "ACTIVE")
      try await arm(crash)
      let acknowledged = try await answer {
        try await site.client.get("DELETE", "/compute/v2.1/servers/\(server)")
      }
      try await revive(crash)
      if acknowledged == nil {
        // Wholly there or wholly absent: asked again, it is either taken or gone meanwhile.
        let again = try await site.client.call("DELETE", "/compute/v2.1/servers/\(server)")
        #expect([204, 404].contains(again.status), "\(again.text)")
      }
      try await site.client.waitUntilGone(server)
      try await site.expectCleanAudit("after all")
      try site.expectEmptyNode("after all")
    }
  }

  /// Starts the one that reaches the point anew, so that it will kill there.
  private func arm(_ crash: CrashSite) async throws {
    let cloud = site.cloud
    switch crash.victim {
    case .agent, .libvirtd:
      let victim = crash.victim == .agent ? nil : try cloud.hypervisor.pid()
      cloud.stopAgent()
      try await site.client.waitForNode(isUp: false)
      try cloud.startAgent(crash: Crash(at: crash.point, victim: victim))
    case .controller:
      cloud.stopController()
      try cloud.startController(crash: Crash(at: crash.point))
    }
    try await site.client.waitForNode()
  }

  /// The result, or nil when the controller died before it answered.
  private func answer<T>(_ request: () async throws -> T) async throws -> T? {
    do {
      return try await request()
    } catch let error as RoostError where error.kind == .unavailable {
      return nil
    }
  }

  /// Waits for the death and starts again who died.
  private func revive(_ crash: CrashSite) async throws {
    let cloud = site.cloud
    let patience = Duration.seconds(30)
    switch crash.victim {
    case .agent:
      let end = cloud.agent?.wait(atMost: patience, clock: SystemClock())
      #expect(end == .signalled(9), "\(crash.testDescription) was not reached")
      cloud.stopAgent()
      try cloud.startAgent()
    case .controller:
      let end = cloud.controller?.wait(atMost: patience, clock: SystemClock())
      #expect(end == .signalled(9), "\(crash.testDescription) was not reached")
      cloud.stopController()
      try cloud.startController()
    case .libvirtd:
      let died = try cloud.hypervisor.waitForDeath(atMost: patience)
      #expect(died, "\(crash.testDescription) was not reached")
      try cloud.hypervisor.startAgain()
    }
    try await site.client.waitForNode()
  }
}

extension CloudClient {
  /// The id of the one server of that name.
  func server(named name: String) async throws -> String? {
    let list = try await get("GET", "/compute/v2.1/servers?name=\(name)")
    let servers = list["servers"]?.elements ?? []
    #expect(servers.count <= 1)
    return servers.first?["id"]?.text
  }
}
