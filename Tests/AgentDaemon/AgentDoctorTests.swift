// SPDX-License-Identifier: Apache-2.0

import Base
import Doctor
import Hypervisor
import Scratch
import Testing

@testable import AgentDaemon

struct AgentDoctorTests {
  @Test func virtualizationIsHeldAgainstTheConfiguration() {
    let kvm = Virtualization(.kvm, reason: "a guest ran")
    let qemu = Virtualization(.qemu, reason: "/dev/kvm is absent")
    let verdicts =
      [
        (.auto, kvm, .ok), (.auto, qemu, .warn), (.kvm, kvm, .ok), (.kvm, qemu, .fail),
        (.qemu, qemu, .ok),
      ] as [(AgentConfiguration.VirtualizationChoice, Virtualization, Diagnosis.Verdict)]
    for (choice, probed, verdict) in verdicts {
      #expect(VirtualizationCheck(choice: choice).judge(probed).verdict == verdict)
    }
  }

  @Test func theKernelsFeaturesAreCounted() {
    let whole = KernelCheck(hasTun: true, hasBridge: true, cgroups: ["cpu", "io", "memory"])
    #expect(whole.run().map(\.verdict) == [.ok, .ok, .ok])
    let poor = KernelCheck(hasTun: false, hasBridge: false, cgroups: ["cpu"])
    #expect(poor.run().map(\.verdict) == [.fail, .warn, .warn])
    #expect(poor.run()[2].found.contains("io, memory"))
    let none = KernelCheck(hasTun: true, hasBridge: true, cgroups: nil)
    #expect(none.run()[2].verdict == .warn)
  }

  @Test func libvirtsLimitsAreRead() {
    let raised = "# max_workers = 1\nmax_client_requests = 32\nmax_workers=64 # more\n"
    #expect(LibvirtLimitsCheck(configuration: raised).run().verdict == .ok)
    let usual = LibvirtLimitsCheck(configuration: "#max_workers = 20\n").run()
    #expect(usual.verdict == .warn)
    #expect(usual.found.contains("max_client_requests and max_workers too low"))
    #expect(LibvirtLimitsCheck(configuration: nil).run().verdict == .warn)
  }

  @Test func libvirtMustBeThereAndNewEnough() {
    let check = LibvirtCheck(uri: "qemu:///system")
    #expect(
      check.judge(.init(libvirt: 9_000_000, hypervisor: 7_002_000)).found
        .contains("libvirt 9.0.0 and QEMU 7.2.0"))
    #expect(check.judge(.init(libvirt: 9_000_000, hypervisor: 7_002_000)).verdict == .ok)
    #expect(check.judge(.init(libvirt: 8_000_000, hypervisor: 7_002_000)).verdict == .warn)
    let absent = LibvirtCheck(uri: "qemu:///system?socket=/nowhere/libvirt-sock").run()
    #expect(absent.verdict == .fail)
  }

  @Test func aBridgeIsThereOrMade() {
    let operators = BridgeCheck(network: "physnet0", bridge: "br0", isMade: false)
    #expect(operators.judge(exists: true).verdict == .ok)
    #expect(operators.judge(exists: false).verdict == .fail)
    let agents = BridgeCheck(network: "physnet0", bridge: "br0", isMade: true)
    #expect(agents.judge(exists: false).verdict == .ok)
  }

  @Test func aWrongConfigurationIsAllThatIsSaid() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("agent.yaml")
    try SystemDisk().replace(file, with: Array("libvrit: {}".utf8), mode: 0o644)
    let found = await AgentDoctor(file: file, disk: SystemDisk(), clock: SystemClock()).run()
    #expect(found.diagnoses.map(\.check) == ["configuration"])
    #expect(found.exitCode == 1)
    #expect(found.text.contains("did you mean `libvirt`"))
  }

  @Test func everyPartOfAHostIsLookedAt() async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("agent.yaml")
    let text = """
      state_folder: \(folder.path)
      libvirt:
        uri: qemu:///system?socket=/nowhere/libvirt-sock
        virtualization: qemu
      controller:
        certificate: \(folder.path)/node.crt
      physical_networks:
        physnet0:
          bridge: br-none
      """
    try SystemDisk().replace(file, with: Array(text.utf8), mode: 0o644)
    let found = await AgentDoctor(file: file, disk: SystemDisk(), clock: SystemClock()).run()
    #expect(
      found.diagnoses.map(\.check) == [
        "configuration", "certificate", "controller", "tun", "bridge", "cgroups", "state folder",
        "space",
        "flush", "clock", "virtualization", "libvirt", "libvirt limits", "network physnet0",
      ])
    #expect(found.exitCode == 1)
  }
}
