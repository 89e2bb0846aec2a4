// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import LocalCloud
import Processes
import Testing

/// What is wrong gets a clear answer, and everything goes on: asked of real processes from outside.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(10)))
struct BadInputTests {
  let site: Site

  init() throws { site = try .required() }

  private func call(
    _ method: String, _ path: String, _ body: JSONValue
  ) async throws -> CloudClient.Answer {
    try await site.client.call(method, path, body)
  }

  private func expectAllGoesOn() async throws {
    let server = try await site.client.createServer("after", site.furnishing)
    let status = try await site.client.waitUntilBuilt(server)
    #expect(status == "ACTIVE")
    try await site.client.deleteServer(server)
    try await site.expectCleanAudit("after bad input")
  }

  @Test func `Malformed JSON and wrong types name what is wrong`() async throws {
    let malformed = try await site.client.call(
      "POST", "/compute/v2.1/servers", bytes: Array(#"{"server": {"name": }"#.utf8),
      type: "application/json")
    #expect(malformed.status == 400, "\(malformed.text)")
    let wrong = try await call(
      "POST", "/compute/v2.1/servers",
      [
        "server": [
          "name": 5, "imageRef": .string(site.furnishing.image), "flavorRef": "1",
          "networks": "none",
        ]
      ])
    #expect(wrong.status == 400)
    #expect(wrong.text.contains("server.name") && wrong.text.contains("5"), "\(wrong.text)")
    try await expectAllGoesOn()
  }

  @Test func `An unknown image is named`() async throws {
    let image = "0aa4ee18-30a5-4c1c-a6b6-e75a9a20aa5c"
    let answer = try await call(
      "POST", "/compute/v2.1/servers",
      [
        "server": [
          "name": "x", "imageRef": .string(image), "flavorRef": "1", "networks": "none",
        ]
      ])
    #expect(answer.status == 400)
    #expect(answer.text.contains(image), "\(answer.text)")
  }

  @Test func `A body over the limit is refused`() async throws {
    let answer = try await site.client.call(
      "POST", "/compute/v2.1/servers", bytes: [UInt8](repeating: 0x20, count: 4 << 20),
      type: "application/json")
    #expect(answer.status == 413, "\(answer.status) \(answer.text)")
    try await expectAllGoesOn()
  }

  @Test func `A forged token is refused`() async throws {
    let answer = try site.cloud.tree.run(
      "/usr/bin/curl",
      [
        "-s", "-o", "/dev/null", "-D", "-", "-H", "X-Auth-Token: Zm9yZ2Vk",
        "\(site.cloud.apiURL)/compute/v2.1/servers",
      ])
    #expect(answer.hasPrefix("HTTP/1.1 401"), "\(answer)")
    #expect(
      answer.contains("Www-Authenticate: Keystone") || answer.contains("WWW-Authenticate: Keystone")
    )
  }

  @Test func `An image that leads to a file of the host is refused`() async throws {
    let path = "\(site.cloud.folder)/evil.qcow2"
    try site.cloud.tree.run(
      "/usr/bin/qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", path])
    let image =
      try await site.client.get(
        "POST", "/image/v2/images",
        ["name": "evil", "disk_format": "qcow2", "container_format": "bare"])["id"]?.text ?? ""
    let bytes = try #require(try SystemDisk().read(path, limit: 4 << 20))
    let answer = try await site.client.call(
      "PUT", "/image/v2/images/\(image)/file", bytes: bytes, type: "application/octet-stream")
    #expect(answer.status == 400, "\(answer.status) \(answer.text)")
    #expect(answer.text.contains("backing file"), "\(answer.text)")
    let state = try await site.client.get("GET", "/image/v2/images/\(image)")
    #expect(state["status"]?.text != "active")
    try await expectAllGoesOn()
  }

  @Test func `An agent with a foreign certificate is turned away`() async throws {
    let cloud = site.cloud
    let other = "\(cloud.folder)/foreign"
    try cloud.tree.run("roostctl", ["ca", "init", "--folder", "\(other)-ca"])
    try cloud.tree.run("roostctl", ["ca", "node", "--folder", "\(other)-ca", "--out", other])
    // The client learns of the refusal only when it reads; the controller knows at once.
    _ = try cloud.tree.attempt(
      "/usr/bin/openssl",
      [
        "s_client", "-connect", cloud.wireAddress, "-cert", "\(other)/node.crt", "-key",
        "\(other)/node.key", "-CAfile", "\(cloud.folder)/ca.crt",
      ])
    let log = try cloud.log("roost-controller")
    #expect(log.contains("refused a connection"), "\(log.suffix(2000))")
    try await expectAllGoesOn()
  }

  /// The preface and a frame come from a peer with a valid certificate; the frame claims 4 GiB.
  @Test func `A frame that lies about its length ends its connection only`() async throws {
    let cloud = site.cloud
    let out = "\(cloud.folder)/liar"
    try cloud.tree.run("roostctl", ["ca", "node", "--folder", "\(cloud.folder)/ca", "--out", out])
    let script = """
      (printf 'ROOST'; printf '\\377%.0s' $(seq 4096); sleep 1) | \
      openssl s_client -quiet -connect \(cloud.wireAddress) -cert \(out)/node.crt \
      -key \(out)/node.key -CAfile \(cloud.folder)/ca.crt
      """
    _ = try cloud.tree.attempt("/bin/bash", ["-c", script], timeout: .seconds(30))
    try await expectAllGoesOn()
    let up = try await site.client.get("GET", "/compute/v2.1/os-hypervisors/detail")
    #expect(up["hypervisors"]?[0]?["state"]?.text == "up")
  }
}
