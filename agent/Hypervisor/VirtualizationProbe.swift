// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes
import Processes

/// Finds out whether KVM runs guests here.
///
/// That `/dev/kvm` can be opened proves little: nested and software-only KVMs exist on which no
/// ordinary guest ever gets through its first page of code. So a tiny guest is run.
public struct VirtualizationProbe: Sendable {
  /// How long KVM has. TCG needs a twentieth of a second.
  public static let allowance: Duration = .seconds(3)

  /// QEMU's absolute path.
  public var emulator: String
  /// A folder where the probe's firmware may be written; it exists.
  public var folder: String
  private let disk: any Disk
  private let clock: any Clock

  /// A probe that hasn't run.
  public init(
    emulator: String = "/usr/bin/qemu-system-x86_64", folder: String, disk: any Disk,
    clock: any Clock
  ) {
    self.emulator = emulator
    self.folder = folder
    self.disk = disk
    self.clock = clock
  }

  /// Runs it, at most twice its allowance. Whatever fails, the answer is TCG with the reason.
  public func run(on lane: any LaneRunning) async -> Virtualization {
    do throws(RoostError) {
      return try await lane.run("probe KVM", timeout: Self.allowance * 3) {
        () throws(RoostError) in try decide()
      }
    } catch {
      return Virtualization(.qemu, reason: "KVM could not be probed: \(error)")
    }
  }

  private func decide() throws(RoostError) -> Virtualization {
    guard try disk.size(of: "/dev/kvm") != nil else {
      return Virtualization(.qemu, reason: "/dev/kvm is absent")
    }
    let firmware = "\(folder)/kvm-probe.rom"
    try disk.replace(firmware, with: ProbeROM.image, mode: 0o600)
    let kvm = try attempt(["-accel", "kvm", "-cpu", "host"], firmware: firmware)
    let control =
      kvm.passed ? nil : try attempt(["-accel", "tcg", "-cpu", "max"], firmware: firmware)
    try disk.remove(firmware)
    return Self.verdict(kvm: kvm, control: control)
  }

  /// One run of the probe's guest.
  struct Attempt: Sendable, Hashable {
    var end: ChildProcess.End
    /// What the guest wrote.
    var transcript: String
    /// What QEMU complained of.
    var complaint: String
    var time: Duration

    var passed: Bool {
      end == .exited(ProbeROM.exitStatus) && transcript == ProbeROM.transcript
    }
  }

  private func attempt(
    _ accelerator: [String], firmware: String
  ) throws(RoostError) -> Attempt {
    let began = clock.uptime
    let result = try ChildProcess(
      emulator,
      accelerator + [
        "-machine", "pc", "-m", "16", "-nodefaults", "-no-user-config", "-no-reboot",
        "-display", "none", "-serial", "stdio", "-bios", firmware,
        "-device", "isa-debug-exit,iobase=\(ProbeROM.exitPort)",
      ], outputLimit: 65536
    ).run(timeout: Self.allowance, clock: clock)
    return Attempt(
      end: result.end, transcript: String(decoding: result.output, as: UTF8.self),
      complaint: String(decoding: result.errors, as: UTF8.self), time: clock.uptime - began)
  }

  /// What the attempts mean. `control` is the same guest under TCG, run only when KVM failed.
  static func verdict(kvm: Attempt, control: Attempt?) -> Virtualization {
    if kvm.passed {
      return Virtualization(.kvm, reason: "KVM ran the probe in \(seconds(kvm.time))")
    }
    var reason =
      switch kvm.end {
      case .timedOut: "KVM did not finish the probe in \(seconds(allowance))"
      case .exited(let status): "QEMU with KVM exited with status \(status)"
      case .signalled(let signal): "QEMU with KVM was ended by signal \(signal)"
      case .outputTooLarge: "the probe went astray under KVM"
      }
    reason += ": \(progress(kvm.transcript))"
    if kvm.end != .timedOut, let line = kvm.complaint.split(separator: "\n").last {
      reason += " (\(line))"
    }
    if let control {
      reason +=
        control.passed
        ? "; TCG ran it in \(seconds(control.time))"
        : "; TCG failed it too, so QEMU itself may be at fault"
    }
    return Virtualization(.qemu, reason: reason)
  }

  /// How far a guest came.
  private static func progress(_ transcript: String) -> String {
    switch transcript {
    case "": "the guest executed nothing"
    case "R": "the guest stopped in real mode"
    case "RP": "the guest stopped at the switch to long mode"
    case "RPL": "the guest's loop did not end"
    default: "the guest wrote \(transcript.prefix(16).debugDescription)"
    }
  }

  private static func seconds(_ span: Duration) -> String {
    let tenths = (span.microseconds + 50_000) / 100_000
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
