// SPDX-License-Identifier: Apache-2.0

import Base
import Doctor
import Hypervisor

/// Can guests run on KVM, and is that what the configuration wants?
struct VirtualizationCheck: Sendable {
  let choice: AgentConfiguration.VirtualizationChoice

  /// Judges what a probe found.
  func judge(_ probed: Virtualization) -> Diagnosis {
    let name = "virtualization"
    switch (choice, probed.kind) {
    case (_, .kvm): return .ok(name, "KVM runs guests: \(probed.reason).")
    case (.kvm, .qemu):
      return .fail(
        name, "KVM does not run guests: \(probed.reason).",
        do: "Enable virtualization in the firmware (or nested virtualization outside), load "
          + "kvm_intel or kvm_amd, or set libvirt.virtualization to auto.")
    case (.auto, .qemu):
      return .warn(
        name, "Guests run on QEMU's translator, slowly: \(probed.reason).",
        do: "Enable virtualization in the firmware (or nested virtualization outside), and load "
          + "kvm_intel or kvm_amd.")
    case (.qemu, .qemu): return .ok(name, "Guests run on QEMU's translator, as configured.")
    }
  }
}

/// Has the kernel what guests and their ports need?
struct KernelCheck: Sendable, Hashable {
  var hasTun: Bool
  var hasBridge: Bool
  /// Controllers of the unified hierarchy; nil where that is not mounted.
  var cgroups: [String]?

  private static let fileLimit = 16 << 20

  init(hasTun: Bool, hasBridge: Bool, cgroups: [String]?) {
    (self.hasTun, self.hasBridge, self.cgroups) = (hasTun, hasBridge, cgroups)
  }

  /// Looks at this host.
  init(_ disk: any Disk) {
    hasTun = (try? disk.exists("/dev/net/tun")) ?? false
    hasBridge = Self.hasModule("bridge", disk)
    let file = "/sys/fs/cgroup/cgroup.controllers"
    cgroups = (try? disk.read(file, limit: Self.fileLimit)).flatMap { $0 }.map { bytes in
      String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map(String.init)
    }
  }

  /// Whether a module is loaded, built in, or can be loaded.
  private static func hasModule(_ name: String, _ disk: any Disk) -> Bool {
    if (try? disk.exists("/sys/module/\(name)")) == true { return true }
    let text = { (path: String) in
      String(
        decoding: (try? disk.read(path, limit: fileLimit)).flatMap { $0 } ?? [], as: UTF8.self)
    }
    let release = text("/proc/sys/kernel/osrelease").filter { $0 != "\n" }
    return ["modules.builtin", "modules.dep"].contains { index in
      text("/lib/modules/\(release)/\(index)").contains("/\(name).ko")
    }
  }

  func run() -> [Diagnosis] {
    [
      hasTun
        ? .ok("tun", "/dev/net/tun is there.")
        : .fail("tun", "/dev/net/tun is absent: guests get no ports.", do: "modprobe tun"),
      hasBridge
        ? .ok("bridge", "The kernel has bridges.")
        : .warn(
          "bridge", "The kernel's bridge module could not be found.",
          do: "modprobe bridge; without it no physical network works."), cgroupDiagnosis,
    ]
  }

  private var cgroupDiagnosis: Diagnosis {
    guard let cgroups else {
      return .warn(
        "cgroups", "The unified cgroup hierarchy is not mounted.",
        do: "Boot with systemd.unified_cgroup_hierarchy=1; guests run without limits until then.")
    }
    let missing = ["cpu", "io", "memory"].filter { !cgroups.contains($0) }
    return missing.isEmpty
      ? .ok("cgroups", "The controllers cpu, io and memory are there.")
      : .warn(
        "cgroups", "There is no controller \(missing.joined(separator: ", ")).",
        do: "Enable it on the kernel's command line; guests run without such limits until then.")
  }
}

/// Is there a libvirt that is new enough?
struct LibvirtCheck: Sendable {
  let uri: String

  /// What was tested: Debian 12's.
  private static let oldest = LibvirtVersions(libvirt: 9_000_000, hypervisor: 7_000_000)

  func run() -> Diagnosis {
    do throws(RoostError) {
      return judge(try LibvirtVersions.read(uri: uri))
    } catch {
      return .fail(
        "libvirt", "\(uri) does not answer: \(error.operator ?? error.user).",
        do: "Install and start libvirtd, and let this user connect to it (group libvirt).")
    }
  }

  func judge(_ found: LibvirtVersions) -> Diagnosis {
    let text =
      "libvirt \(LibvirtVersions.text(found.libvirt)) and QEMU "
      + "\(LibvirtVersions.text(found.hypervisor)) answer at \(uri)."
    guard found.libvirt >= Self.oldest.libvirt, found.hypervisor >= Self.oldest.hypervisor else {
      return .warn(
        "libvirt", text,
        do: "Tested from libvirt \(LibvirtVersions.text(Self.oldest.libvirt)) and QEMU "
          + "\(LibvirtVersions.text(Self.oldest.hypervisor)) on; upgrade.")
    }
    return .ok("libvirt", text)
  }
}

/// May the agent ask libvirtd for as much at once as it wants to?
struct LibvirtLimitsCheck: Sendable {
  /// libvirtd's configuration as text; nil where it could not be read.
  let configuration: String?

  static let file = "/etc/libvirt/libvirtd.conf"

  /// Key, libvirt's default, and what sixteen guests worked on at once need.
  private static let limits: [(key: String, usual: Int, needed: Int)] = [
    ("max_clients", 5000, 100), ("max_client_requests", 5, 20), ("max_workers", 20, 32),
  ]

  func run() -> Diagnosis {
    guard let configuration else {
      return .warn(
        "libvirt limits", "\(Self.file) can't be read.",
        do: "Run this as root. libvirtd should have max_client_requests = 32, max_workers = 64.")
    }
    let found = Self.limits.map { ($0, Self.value($0.key, in: configuration) ?? $0.usual) }
    let text = found.map { "\($0.0.key) \($0.1)" }.joined(separator: ", ")
    let low = found.filter { $0.1 < $0.0.needed }.map(\.0.key)
    guard low.isEmpty else {
      return .warn(
        "libvirt limits", "\(text): \(low.joined(separator: " and ")) too low.",
        do: "Set max_client_requests = 32 and max_workers = 64 in \(Self.file), restart libvirtd.")
    }
    return .ok("libvirt limits", "\(text).")
  }

  private static func value(_ key: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let sides = line.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
      if sides.count == 2, sides[0] == key { return Int(sides[1].prefix { $0.isNumber }) }
    }
    return nil
  }
}

/// Is the bridge of a physical network there, or made by the agent?
struct BridgeCheck: Sendable {
  let network: String
  let bridge: String
  let isMade: Bool

  func judge(exists: Bool) -> Diagnosis {
    let name = "network \(network)"
    if exists { return .ok(name, "The bridge \(bridge) is there.") }
    if isMade { return .ok(name, "The agent makes the bridge \(bridge) at its start.") }
    return .fail(
      name, "There is no bridge \(bridge).",
      do: "Make it, or set physical_networks.\(network).create to true.")
  }
}
