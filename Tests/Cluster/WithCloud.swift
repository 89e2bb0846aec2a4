// SPDX-License-Identifier: Apache-2.0

import Base
import LocalCloud
import Processes
import Testing

/// Gives a suite a cloud of real processes: controller and agent run, nothing is in it but what
/// every server needs.
struct WithCloud: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withBlockingThread { try await withCloud(function) }
  }

  private func withCloud(_ function: @Sendable () async throws -> Void) async throws {
    let cloud = try LocalCloud.make(purpose: "cluster")
    let outcome: Result<Void, any Error>
    do {
      try cloud.startController()
      try cloud.startAgent()
      let client = CloudClient(apiURL: cloud.apiURL, password: cloud.password)
      let site = Site(cloud: cloud, client: client, furnishing: try await client.furnish())
      try await Site.$current.withValue(site) { try await function() }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try cloud.stop()
    try outcome.get()
  }
}

/// What the tests of a suite share.
struct Site: Sendable {
  let cloud: LocalCloud
  let client: CloudClient
  let furnishing: Furnishing

  @TaskLocal static var current: Site?

  static func required() throws -> Site { try #require(current) }
}

extension Site {
  /// Runs a test's steps; a failure is recorded with the end of both logs.
  func attempt(_ steps: () async throws -> Void) async {
    do {
      try await steps()
    } catch {
      let logs = ["roost-controller", "roost-agent"].map { program in
        "\(program):\n\((try? cloud.log(program))?.suffix(3000) ?? "no log")"
      }
      Issue.record(error, "\(logs.joined(separator: "\n"))")
    }
  }

  /// Expects that records and node agree, once the node can be asked.
  func expectCleanAudit(_ moment: Comment) async throws {
    let deadline = SystemClock().uptime + .seconds(30)
    while true {
      let audit = try cloud.roostctl(["audit"])
      if audit.end == .exited(2), SystemClock().uptime < deadline {
        try await SystemClock().sleep(for: .milliseconds(200))
        continue
      }
      let said = String(decoding: audit.output + audit.errors, as: UTF8.self)
      #expect(audit.end == .exited(0), "\(moment): \(said)")
      return
    }
  }

  /// Expects that the node has no guest, tap or disk. Looks for itself, whatever an audit says.
  func expectEmptyNode(_ moment: Comment) throws {
    let domains = try cloud.hypervisor.virsh(["list", "--all", "--name"])
    #expect(domains.split(separator: "\n") == [], moment)
    let links = try cloud.hypervisor.links()
    #expect(links.filter { $0.hasPrefix("tap") } == [], moment)
    let disks = try SystemDisk().list("\(cloud.folder)/agent/instances")
    #expect(disks == [], moment)
  }
}
