// SPDX-License-Identifier: Apache-2.0

import Base
import Lanes
import Processes
import Scratch
import Testing

@testable import Hypervisor

@Suite struct VirtualizationProbeTests {
  private func attempt(
    _ end: ChildProcess.End, _ transcript: String, _ complaint: String = ""
  ) -> VirtualizationProbe.Attempt {
    .init(end: end, transcript: transcript, complaint: complaint, time: .milliseconds(130))
  }

  @Test func takesKVMThatRanTheGuest() {
    let verdict = VirtualizationProbe.verdict(kvm: attempt(.exited(33), "RPLS"), control: nil)
    #expect(verdict == Virtualization(.kvm, reason: "KVM ran the probe in 0.1 s"))
  }

  @Test func doesNotTrustAnExitWithoutTheWholeRun() {
    let verdict = VirtualizationProbe.verdict(
      kvm: attempt(.exited(33), "RP"), control: attempt(.exited(33), "RPLS"))
    #expect(verdict.kind == .qemu)
  }

  @Test func saysWhereAGuestStopped() {
    let verdict = VirtualizationProbe.verdict(
      kvm: attempt(.timedOut, "RP", "warning: something"), control: attempt(.exited(33), "RPLS"))
    #expect(verdict.kind == .qemu)
    #expect(
      verdict.reason
        == "KVM did not finish the probe in 3.0 s: the guest stopped at the switch to long mode; "
        + "TCG ran it in 0.1 s")
  }

  @Test func quotesQEMU() {
    let verdict = VirtualizationProbe.verdict(
      kvm: attempt(.exited(1), "", "qemu: failed to initialize kvm: Permission denied\n"),
      control: attempt(.exited(1), ""))
    #expect(
      verdict.reason
        == "QEMU with KVM exited with status 1: the guest executed nothing "
        + "(qemu: failed to initialize kvm: Permission denied); TCG failed it too, so QEMU itself "
        + "may be at fault")
  }

  @Test func endsWhereTheProcessorLooks() {
    let image = ProbeROM.image
    #expect(image.count == 0x10000)
    #expect(Array(image[0xFFF0...0xFFF4]) == [0xEA, 0x00, 0x00, 0x00, 0xF0])
  }

  @Test func saysThatQEMUIsMissing() async {
    let probe = VirtualizationProbe(
      emulator: "/no/such/qemu", folder: "/tmp", disk: SystemDisk(), clock: SystemClock())
    let verdict = await probe.run(on: InlineLane())
    #expect(verdict.kind == .qemu)
    #expect(verdict.reason.contains("/no/such/qemu") || verdict.reason == "/dev/kvm is absent")
  }
}

/// On whatever machine the tests run: the probe and its control are really started.
@Suite struct VirtualizationProbeOnThisMachineTests {
  @Test func decidesInBoundedTime() async throws {
    let folder = try TemporaryFolder()
    let disk = SystemDisk()
    let verdict = await VirtualizationProbe(folder: folder.path, disk: disk, clock: SystemClock())
      .run(on: Lane(name: "probe"))
    // QEMU itself works here, whatever KVM does: the control must never fail.
    #expect(!verdict.reason.contains("TCG failed"), "\(verdict.reason)")
    #expect(
      verdict.kind == .kvm || verdict.reason.contains("TCG ran it")
        || verdict.reason == "/dev/kvm is absent", "\(verdict.reason)")
    #expect(try disk.list(folder.path) == [])
  }

  /// The same image under TCG alone, so that a machine without KVM proves it too.
  @Test func theGuestRunsToItsEnd() throws {
    let folder = try TemporaryFolder()
    let firmware = folder.file("probe.rom")
    try SystemDisk().replace(firmware, with: ProbeROM.image, mode: 0o600)
    let result = try ChildProcess(
      "/usr/bin/qemu-system-x86_64",
      [
        "-accel", "tcg", "-machine", "pc", "-m", "16", "-nodefaults", "-display", "none",
        "-serial", "stdio", "-bios", firmware, "-device", "isa-debug-exit,iobase=0xf4",
      ]
    ).run(timeout: .seconds(30), clock: SystemClock())
    #expect(result.end == .exited(ProbeROM.exitStatus))
    #expect(String(decoding: result.output, as: UTF8.self) == ProbeROM.transcript)
  }
}
