// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import JSON
import LocalCloud
import Processes
import Testing

/// An agent in another language, made from docs/wire.md and the schema alone, serves a real controller.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(10)))
struct ForeignAgentTests {
  let site: Site

  init() throws { site = try .required() }

  @Test func `A server lives and dies on an agent in Python`() async {
    await site.attempt {
      let (cloud, client) = (site.cloud, site.client)
      cloud.stopAgent()
      let log = "\(cloud.folder)/python.log"
      let script = "\(cloud.tree.root)/Tests/Cluster/agent.py"
      let python = try RunningProcess(
        ChildProcess(
          "/usr/bin/python3",
          [
            script, cloud.wireAddress, "\(cloud.folder)/node.crt", "\(cloud.folder)/node.key",
            "\(cloud.folder)/ca.crt", "node1", "\(cloud.tree.root)/Sources/NodeProtocol/proto",
          ], environment: ["PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1"]),
        log: log)
      defer {
        python.signal(SIGKILL)
        python.stop(patience: .seconds(20), clock: SystemClock())
      }
      func said() throws -> String {
        String(decoding: try SystemDisk().read(log, limit: 1 << 20) ?? [], as: UTF8.self)
      }
      _ = try await client.wait(for: "the Python agent to register") {
        () async throws(RoostError) -> Bool? in
        let text = try SystemDisk().read(log, limit: 1 << 20) ?? []
        return String(decoding: text, as: UTF8.self).contains("registered") ? true : nil
      }
      let server = try await client.createServer("foreign", site.furnishing)
      let status = try await client.waitUntilBuilt(server)
      let words = try said()
      #expect(status == "ACTIVE", "\(words)")
      let console = try await client.call(
        "POST", "/compute/v2.1/servers/\(server)/action",
        ["os-getConsoleOutput": ["length": nil]])
      #expect(console.text.contains("Python runs foreign"), "\(console.text)")
      try await site.expectCleanAudit("with the survey that Python streams")
      try await client.deleteServer(server)
      try await site.expectCleanAudit("after the delete")
      #expect(try said().contains("told foreign 1"))
    }
  }
}
