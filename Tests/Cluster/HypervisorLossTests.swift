// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import JSON
import LocalCloud
import Processes
import Testing

/// A libvirtd that has died is shown, spares new servers the wait for it, and costs nothing that
/// was asked before.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(5)))
struct HypervisorLossTests {
  let site: Site

  init() throws { site = try .required() }

  @Test func `A node without its libvirtd gets no new servers and loses none`() async throws {
    await site.attempt {
      let early = try await site.client.createServer("early", site.furnishing)
      let status = try await site.client.waitUntilBuilt(early)
      #expect(status == "ACTIVE")
      let hypervisors = try await site.client.get("GET", "/compute/v2.1/os-hypervisors/detail")
      #expect(hypervisors["hypervisors"]?[0]?["host_ip"] == "127.0.0.1")
      let log = try site.cloud.log("roost-agent").split(separator: "\n")
      #expect(!log.contains { $0.hasPrefix("warning") && $0.contains("hypervisor") })

      kill(try site.cloud.hypervisor.pid(), SIGKILL)
      try await site.client.waitForNode(isUp: false)
      let listed = try site.cloud.roostctl(["node", "list"]).output
      let lines = String(decoding: listed, as: UTF8.self)
      #expect(lines.contains("; its hypervisor does not answer: "), "\(lines)")
      let services = try await site.client.get("GET", "/compute/v2.1/os-services")
      #expect(services["services"]?[0]?["state"] == "up")
      #expect(services["services"]?[0]?["status"] == "disabled")
      let late = try await site.client.createServer("late", site.furnishing)
      let refused = try await site.client.get("GET", "/compute/v2.1/servers/\(late)")["server"]
      #expect(refused?["status"] == "ERROR")
      #expect(refused?["fault"]?["message"]?.text?.contains("hypervisor answers") == true)
      let untouched = try await site.client.status(of: early)
      #expect(untouched == "ACTIVE")
      // Told, and carried out once it can be.
      try await site.client.get("DELETE", "/compute/v2.1/servers/\(early)")

      try site.cloud.hypervisor.startAgain()
      try await site.client.waitUntilGone(early)
      try await site.client.waitForNode()
      try await site.client.deleteServer(late)
      let next = try await site.client.createServer("next", site.furnishing)
      let built = try await site.client.waitUntilBuilt(next)
      #expect(built == "ACTIVE")
      try await site.client.deleteServer(next)
      try await site.expectCleanAudit("after all")
      try site.expectEmptyNode("after all")
    }
  }
}
