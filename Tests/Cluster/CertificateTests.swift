// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import LocalCloud
import Processes
import Testing

/// A node is revoked, enrolled anew and renewed while its guest runs.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(5)))
struct CertificateTests {
  let site: Site

  init() throws { site = try .required() }

  private func count(_ text: String, in program: String) throws -> Int {
    try site.cloud.log(program).ranges(of: text).count
  }

  /// Returns once a program has logged something so many times.
  private func logged(_ text: String, by program: String, times: Int = 1) async throws {
    let deadline = SystemClock().uptime + .seconds(120)
    while try count(text, in: program) < times {
      guard SystemClock().uptime < deadline else {
        throw RoostError(.deadlineExceeded, "\(program) did not log \"\(text)\" \(times) times")
      }
      try await SystemClock().sleep(for: .milliseconds(100))
    }
  }

  private func expectGuest() throws {
    let domains = try site.cloud.hypervisor.virsh(["list", "--state-running", "--name"])
    #expect(domains.split(separator: "\n").count == 1, "its guest goes on")
  }

  @Test func `Guests go on through revocation, enrolment and renewals`() async throws {
    await site.attempt {
      let server = try await site.client.createServer("one", site.furnishing)
      #expect(try await site.client.waitUntilBuilt(server) == "ACTIVE")

      let revoked = try site.cloud.roostctl(["node", "revoke", "node1", "--reason", "a test"])
      #expect(revoked.end == .exited(0))
      try await site.client.waitForNode(isUp: false)
      try await logged("Certificate was revoked", by: "roost-agent")
      try expectGuest()

      let printed = try site.cloud.roostctl(["node", "enrol", "--node", "node1"]).output
      let words = String(decoding: printed, as: UTF8.self).split { $0 == " " || $0 == "\n" }
      let token = try #require(words.last.map(String.init))
      // The agent runs on meanwhile; it takes up the certificate by itself.
      try site.cloud.tree.run(
        "roost-agent", ["enrol", token, "--config", site.cloud.agentFile])
      try await site.client.waitForNode()
      try expectGuest()
      #expect(try await site.client.status(of: server) == "ACTIVE")

      // Certificates hold for a minute here. The connection outlives the one that it was made with.
      let connections = try count("node registered", in: "roost-controller")
      try await logged("renewed the certificate", by: "roost-agent", times: 2)
      #expect(try count("node registered", in: "roost-controller") == connections)
      try expectGuest()
      site.cloud.stopAgent()
      try site.cloud.startAgent()
      try await site.client.waitForNode()
      #expect(try await site.client.status(of: server) == "ACTIVE")
      try await site.client.deleteServer(server)
      try await site.expectCleanAudit("after all")
      try site.expectEmptyNode("after all")
    }
  }
}
