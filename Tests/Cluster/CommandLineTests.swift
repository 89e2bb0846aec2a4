// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import LocalCloud
import Processes
import Testing

/// The whole path as a user walks it: the unmodified openstack command and openstacksdk against
/// real processes, libvirt and QEMU.
@Suite(.serialized, WithCloud(), .timeLimit(.minutes(15)))
struct CommandLineTests {
  let site: Site

  init() throws { site = try .required() }

  @Test func `The openstack command makes, shows and deletes a server`() async throws {
    let cloud = site.cloud
    let image = "\(cloud.folder)/greeter.raw"
    try SystemDisk().replace(image, with: GreeterImage.bytes, mode: 0o644)
    try cloud.openstack([
      "image", "create", "--disk-format", "raw", "--container-format", "bare", "--file", image,
      "--public", "hello",
    ])
    try cloud.openstack([
      "flavor", "create", "--vcpus", "1", "--ram", "64", "--disk", "1", "--property",
      "hw:mem_page_size=any", "m1.hello",
    ])
    try cloud.openstack([
      "network", "create", "--provider-network-type", "flat", "--provider-physical-network",
      "physnet1", "net1",
    ])
    try cloud.openstack([
      "subnet", "create", "--network", "net1", "--subnet-range", "10.1.0.0/24", "sub1",
    ])
    try cloud.openstack(["port", "create", "--network", "net1", "port1"])
    try cloud.openstack(["keypair", "create", "kp1", "--private-key", "\(cloud.folder)/kp1"])

    try cloud.openstack([
      "server", "create", "--image", "hello", "--flavor", "m1.hello", "--network", "net1",
      "--key-name", "kp1", "--wait", "s1",
    ])
    let server = try json(["server", "show", "s1"])
    #expect(server["status"]?.text == "ACTIVE")
    #expect(server["key_name"]?.text == "kp1")
    #expect(server["addresses"]?["net1"]?[0]?.text?.hasPrefix("10.1.0.") == true)
    #expect(try rows(["server", "list"], "Name") == ["s1"])
    #expect(try rows(["server", "list", "--all-projects", "--long"], "Status") == ["ACTIVE"])
    let console = try cloud.openstack(["console", "log", "show", "s1"])
    #expect(console.contains("Hello from a guest of Roost."))

    try cloud.openstack([
      "server", "create", "--image", "hello", "--flavor", "m1.hello", "--port", "port1",
      "--security-group", "default", "--wait", "s2",
    ])
    #expect(try rows(["server", "list"], "Name").sorted() == ["s1", "s2"])
    #expect(try rows(["hypervisor", "list"], "State") == ["up"])
    #expect(try rows(["compute", "service", "list"], "Binary").contains("nova-compute"))
    #expect(try rows(["port", "list"], "Status").allSatisfy { $0 == "ACTIVE" })
    try await site.expectCleanAudit("with two servers")

    try cloud.openstack(["server", "delete", "--wait", "s1", "s2"])
    #expect(try rows(["server", "list"], "Name") == [])
    try await site.expectCleanAudit("without servers")
    try site.expectEmptyNode("without servers")
    // A port that a user made outlives the server; one that the server made goes with it.
    #expect(try rows(["port", "list"], "Name") == ["port1"])
  }

  @Test func `The openstack command lists what it made`() throws {
    #expect(try rows(["flavor", "list"], "Name").contains("tiny"))
    #expect(try rows(["image", "list"], "Name").contains("greeter"))
    #expect(try rows(["network", "list"], "Name").contains("flat"))
    #expect(try rows(["security", "group", "list"], "Name") == ["default"])
    #expect(try rows(["hypervisor", "list"], "Host IP") == ["127.0.0.1"])
    #expect(try json(["flavor", "show", "tiny"])["ram"]?.int == 64)
    #expect(try json(["image", "show", "greeter"])["status"]?.text == "active")
    #expect(try json(["network", "show", "flat"])["status"]?.text == "ACTIVE")
    #expect(
      try rows(["catalog", "list"], "Type").sorted() == [
        "compute", "identity", "image", "network", "operator",
      ])
  }

  @Test func `The openstack command says why a request is wrong`() throws {
    let result = try site.cloud.tree.attempt(
      ".build/venv/bin/openstack",
      [
        "server", "create", "--image", "greeter", "--flavor", "tiny", "--network", "flat",
        "--key-name", "absent", "wrong",
      ], environment: site.cloud.clientEnvironment)
    let said = String(decoding: result.errors, as: UTF8.self)
    #expect(!result.succeeded)
    #expect(said.contains("absent"), "\(said)")
  }

  @Test func `openstacksdk walks the same path`() throws {
    let script = "\(site.cloud.tree.root)/Tests/Cluster/sdk_path.py"
    let output = try site.cloud.tree.run(
      ".build/venv/bin/python", [script], environment: site.cloud.clientEnvironment,
      timeout: .seconds(120))
    #expect(output.hasSuffix("done\n"), "\(output)")
    try site.expectEmptyNode("after the script")
  }

  private func json(_ command: [String]) throws -> JSONValue {
    let text = try site.cloud.openstack(command + ["-f", "json"])
    return try JSONValue(parsing: Array(text.utf8))
  }

  private func rows(_ command: [String], _ column: String) throws -> [String] {
    try json(command).elements?.compactMap { $0[column]?.text } ?? []
  }
}
