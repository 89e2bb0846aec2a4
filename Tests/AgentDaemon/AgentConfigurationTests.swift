// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Switch
import Testing

@testable import AgentDaemon

@Suite struct AgentConfigurationTests {
  func read(_ text: String) throws -> AgentConfiguration {
    try AgentConfiguration(text: text, file: "agent.yaml")
  }

  func refusal(_ text: String) -> String {
    do {
      _ = try read(text)
      return ""
    } catch {
      return (error as? RoostError)?.user ?? "\(error)"
    }
  }

  @Test func anEmptyFileHasTheDefaults() throws {
    let configuration = try read("")
    #expect(configuration.controllerAddress == Defaults.wireAddress)
    #expect(configuration.stateFolder == Defaults.agentState)
    #expect(configuration.libvirtURI == "qemu:///system")
    #expect(configuration.virtualization == .auto)
    #expect(configuration.physicalNetworks.isEmpty)
    #expect(configuration.logLevel == .info)
  }

  @Test func readsEveryKeyOfTheShippedFile() throws {
    let path = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try #require(
      try SystemDisk().read("/\(path)/agent/roost-agent.yaml", limit: 1 << 20))
    // Prose has a space behind its mark, a key has none.
    let shipped = String(decoding: bytes, as: UTF8.self)
    let defaults = try read(shipped)
    #expect(defaults.stateFolder == Defaults.agentState && defaults.networkNamespace == nil)
    let lines = shipped.split(separator: "\n").map { line in
      let indent = line.prefix { $0 == " " }
      let rest = line.dropFirst(indent.count)
      return rest.hasPrefix("#") && !rest.hasPrefix("# ") ? indent + rest.dropFirst() : line
    }
    let configuration = try read(lines.joined(separator: "\n"))
    #expect(configuration.controllerAddress == "127.0.0.1:8771")
    #expect(configuration.imageCA == "/etc/roost/api-ca.crt")
    #expect(configuration.reservedMemoryMB == 512)
    #expect(configuration.hostName == "node1")
    #expect(configuration.networkNamespace == "hypervisors")
    #expect(
      configuration.physicalNetworks == [
        PhysicalNetwork(name: "physnet0", bridge: "br-roost", create: true)
      ])
  }

  @Test func unknownKeysAreRefusedWithTheNearestName() {
    #expect(refusal("libvrit:\n  uri: x\n").contains("libvirt"))
    #expect(refusal("controller:\n  adress: x:1\n").contains("address"))
    #expect(refusal("physical_networks:\n  a:\n    brigde: b\n    bridge: b\n").contains("bridge"))
  }

  @Test func badValuesAreRefusedByName() {
    #expect(refusal("libvirt:\n  virtualization: xen\n").contains("virtualization"))
    #expect(refusal("reserved_memory_mb: -1\n").contains("reserved_memory_mb"))
    #expect(refusal("state_folder: relative\n").contains("state_folder"))
    #expect(refusal("network_namespace: ../x\n").contains("network_namespace"))
    #expect(refusal("physical_networks:\n  a:\n    bridge: a/b\n").contains("bridge"))
    #expect(refusal("physical_networks:\n  a:\n    create: true\n").contains("bridge"))
    let twice = "physical_networks:\n  a:\n    bridge: br0\n  b:\n    bridge: br0\n"
    #expect(refusal(twice).contains("is the bridge of `a` already"))
  }
}

@Suite struct AgentArgumentsTests {
  @Test func understandsItsWords() throws {
    #expect(try AgentArguments.parse([]) == .run(configuration: Defaults.agentConfiguration))
    #expect(try AgentArguments.parse(["--config", "/a"]) == .run(configuration: "/a"))
    #expect(
      try AgentArguments.parse(["--check", "--config", "/a"]) == .check(configuration: "/a"))
    #expect(try AgentArguments.parse(["--version"]) == .version)
    let usual = Defaults.agentConfiguration
    #expect(try AgentArguments.parse(["enrol", "t"]) == .enrol(configuration: usual, token: "t"))
    #expect(
      try AgentArguments.parse(["enrol", "--config", "/a", "-"])
        == .enrol(configuration: "/a", token: "-"))
    #expect(try AgentArguments.parse(["--help"]) == .help)
  }

  @Test(arguments: [
    ["--config"], ["--confg", "/a"], ["run"], ["enrol"], ["enrol", "t", "u"],
    ["enrol", "t", "--check"], ["enrol", "--json", "t"],
  ])
  func refusesOthers(words: [String]) {
    #expect(throws: RoostError.self) { try AgentArguments.parse(words) }
  }
}
