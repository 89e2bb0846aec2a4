// SPDX-License-Identifier: Apache-2.0

import Base
import Contracts
import Glibc
import Hypervisor
import Lanes
import LocalCloud
import Log
import Processes
import Testing

/// Against a real libvirtd and QEMU under TCG.
@Suite(.serialized, WithLibvirtd(), .timeLimit(.minutes(10)))
struct LibvirtHypervisorTests {
  private func libvirtd() throws -> PrivateLibvirtd {
    try #require(PrivateLibvirtd.current)
  }

  @Test func runsAGuestFromDefinitionToEnd() async throws {
    let libvirtd = try libvirtd()
    let guest = try TestGuest(libvirtd)
    let id = guest.spec.instance
    try await libvirtd.withHypervisor { hypervisor, events in
      try await hypervisor.define(guest.spec)
      var again = guest.spec
      again.generation = Generation(epoch: 1, number: 2)
      try await hypervisor.define(again)
      let defined = try await find(id, hypervisor)
      #expect(defined.generation == again.generation)
      #expect(defined.powerState == .shutdown)
      #expect(!defined.active)

      try await hypervisor.start(id, paused: false)
      await pass(&events, id, .running)
      try await hypervisor.start(id, paused: false)
      let running = try await find(id, hypervisor)
      #expect(running.powerState == .running)
      #expect(running.active)
      #expect(running.persistent)
      #expect(running.role == .owner)
      #expect(running.taps == guest.spec.interfaces.map(\.tap))
      #expect(running.machineType?.hasPrefix("pc-i440fx-") == true)
      try await consoleShows(TestGuest.greeting, guest.spec.consoleLogPath)

      let refusal = await #expect(throws: RoostError.self) { try await hypervisor.undefine(id) }
      #expect(refusal?.kind == .conflict)
      try await hypervisor.shutdown(id)
      try await hypervisor.destroy(id)
      await pass(&events, id, .shutdown)
      try await hypervisor.destroy(id)
      try await hypervisor.shutdown(id)
      try await hypervisor.undefine(id)
      await pass(&events, id, .noState)
      try await hypervisor.undefine(id)
      let instances = try await hypervisor.domains().map(\.instance)
      #expect(!instances.contains(id))
      #expect(try await hypervisor.domain(id) == nil)
    }
  }

  @Test func doesWhatEveryHypervisorMustDo() async throws {
    let libvirtd = try libvirtd()
    let guest = try TestGuest(libvirtd)
    try await libvirtd.withHypervisor { hypervisor, _ in
      try await requireHypervisorContract(hypervisor, guest.spec)
    }
  }

  @Test func startsPaused() async throws {
    let libvirtd = try libvirtd()
    let guest = try TestGuest(libvirtd)
    let id = guest.spec.instance
    try await libvirtd.withHypervisor { hypervisor, events in
      try await hypervisor.define(guest.spec)
      try await hypervisor.start(id, paused: true)
      #expect(try await find(id, hypervisor).powerState == .paused)
      try await hypervisor.destroy(id)
      try await hypervisor.undefine(id)
    }
  }

  @Test func survivesAKilledLibvirtd() async throws {
    let libvirtd = try libvirtd()
    let guest = try TestGuest(libvirtd)
    let id = guest.spec.instance
    try await libvirtd.withHypervisor { hypervisor, events in
      try await hypervisor.define(guest.spec)
      try await hypervisor.start(id, paused: false)
      await pass(&events, id, .running)
      try libvirtd.signal(SIGKILL)
      await pass(&events) { if case .disconnected = $0 { true } else { false } }
      let refusal = await #expect(throws: RoostError.self) { try await hypervisor.domains() }
      #expect(refusal?.kind == .unavailable)
      #expect(refusal?.operator?.contains(libvirtd.uri) == true)

      try libvirtd.host.startAgain()
      await pass(&events) { $0 == .connected }
      let seen = try await find(id, hypervisor)
      #expect(seen.powerState == .running)
      #expect(seen.generation == guest.spec.generation)
      // libvirtd may still be taking the guest up again; a guest destroyed then ends without event.
      try await hypervisor.destroy(id)
      #expect(try await find(id, hypervisor).powerState == .shutdown)
      try await hypervisor.start(id, paused: false)
      await pass(&events, id, .running)
      try await hypervisor.destroy(id)
      await pass(&events, id, .shutdown)
      try await hypervisor.undefine(id)
    }
  }

  @Test func givesUpOnALibvirtdThatHangs() async throws {
    let libvirtd = try libvirtd()
    try await libvirtd.withHypervisor { hypervisor, events in
      try libvirtd.signal(SIGSTOP)
      await pass(&events) { $0 == .disconnected(reason: "libvirtd stopped answering keepalives") }
      try libvirtd.signal(SIGCONT)
      await pass(&events) { $0 == .connected }
      _ = try await hypervisor.domains()
    }
  }

  @Test func refusesABadDescriptionClearly() async throws {
    let libvirtd = try libvirtd()
    var spec = try TestGuest(libvirtd).spec
    spec.interfaces[0].macAddress = "not an address"
    let bad = spec
    try await libvirtd.withHypervisor { hypervisor, _ in
      let error = await #expect(throws: RoostError.self) { try await hypervisor.define(bad) }
      #expect(error?.kind == .badRequest)
      #expect(error?.operator?.contains("not an address") == true)
      let instances = try await hypervisor.domains().map(\.instance)
      #expect(!instances.contains(bad.instance))
    }
  }

  @Test func refusesToStartWhatIsNotDefined() async throws {
    try await libvirtd().withHypervisor { hypervisor, _ in
      let id = InstanceID.random(from: SystemRandomness())
      let error = await #expect(throws: RoostError.self) {
        try await hypervisor.start(id, paused: false)
      }
      #expect(error?.kind == .notFound)
    }
  }

  @Test func saysWhyAGuestDoesNotStart() async throws {
    let libvirtd = try libvirtd()
    var spec = try TestGuest(libvirtd).spec
    spec.interfaces[0].tap = "tapabsent"
    let bad = spec
    try await libvirtd.withHypervisor { hypervisor, _ in
      try await hypervisor.define(bad)
      let error = await #expect(throws: RoostError.self) {
        try await hypervisor.start(bad.instance, paused: false)
      }
      #expect(error?.operator?.contains("doesn't exist") == true)
      try await hypervisor.undefine(bad.instance)
    }
  }

  @Test func listsForeignDomainsAndLeavesThemAlone() async throws {
    let libvirtd = try libvirtd()
    let id = InstanceID.random(from: SystemRandomness())
    let file = "\(libvirtd.folder)/foreign.xml"
    let xml = """
      <domain type='qemu'><name>theirs</name><uuid>\(id)</uuid><memory>65536</memory>
      <os><type arch='x86_64'>hvm</type></os></domain>
      """
    try SystemDisk().replace(file, with: Array(xml.utf8), mode: 0o644)
    try libvirtd.host.virsh(["define", file])
    try await libvirtd.withHypervisor { hypervisor, _ in
      let seen = try #require(try await hypervisor.domains().first { $0.name == "theirs" })
      #expect(seen.instance == nil)
      #expect(seen.uuid == id.uuid)
      #expect(try await hypervisor.domain(id) == nil)
      let error = await #expect(throws: RoostError.self) { try await hypervisor.undefine(id) }
      #expect(error?.kind == .conflict)
      let names = try await hypervisor.domains().map(\.name)
      #expect(names.contains("theirs"))
    }
    try libvirtd.host.virsh(["undefine", "theirs"])
  }

  @Test func takesTheInventory() async throws {
    try await libvirtd().withHypervisor { hypervisor, _ in
      let inventory = try await hypervisor.inventory()
      #expect(inventory.cpus > 0)
      #expect(inventory.memoryMB > 0)
      #expect(inventory.numaNodes.map(\.cpus.count).reduce(0, +) == Int(inventory.cpus))
      #expect(inventory.hypervisorType == "QEMU")
      #expect(inventory.hypervisorVersion > 5_000_000)
      #expect(inventory.libvirtVersion > 5_000_000)
      #expect(inventory.virtualization == hypervisor.virtualization)
      #expect(inventory.architecture == "x86_64")
      #expect(!inventory.cpuModel.isEmpty)
      #expect(inventory.traits == inventory.traits.sorted())
      #expect(inventory.traits.contains("HW_CPU_X86_SSE2"))
      #expect(inventory.traits.contains("COMPUTE_NODE"))
    }
  }

  @Test func libvirtsSchemaAcceptsOurDescription() async throws {
    let libvirtd = try libvirtd()
    let file = "\(libvirtd.folder)/ours.xml"
    let spec = try TestGuest(libvirtd).spec
    for kind in Virtualization.Kind.allCases {
      // Hosts without KVM refuse the type; all else is checked.
      let xml = DomainXML.render(spec, virtualization: kind)
        .replacing("<domain type='kvm'>", with: "<domain type='qemu'>")
      try SystemDisk().replace(file, with: Array(xml.utf8), mode: 0o644)
      try libvirtd.host.virsh(["define", file, "--validate"])
      try libvirtd.host.virsh(["undefine", spec.domainName])
    }
  }
}

private func find(
  _ id: InstanceID, _ hypervisor: LibvirtHypervisor
) async throws -> ObservedDomain {
  let one = try #require(try await hypervisor.domain(id))
  let all = try await hypervisor.domains()
  #expect(all.contains(one))
  return one
}

/// The console's file can't be awaited; the suite's time limit ends a wait in vain.
private func consoleShows(_ text: String, _ path: String) async throws {
  while true {
    let bytes = try SystemDisk().read(path, limit: 1 << 20) ?? []
    if String(decoding: bytes, as: UTF8.self).contains(text) { return }
    try await SystemClock().sleep(for: .milliseconds(20))
  }
}
