// SPDX-License-Identifier: Apache-2.0

public import Base
import CLibvirt
import Glibc

extension LibvirtHypervisor {
  /// The first call after libvirtd was installed or QEMU changed takes seconds: libvirt starts every
  /// emulator once to learn what it can do.
  public func inventory() async throws(RoostError) -> HostInventory {
    let virtualization = virtualization
    return try await survey("take the inventory", timeout: .seconds(90)) {
      (connection) throws(RoostError) in
      try connection.use { (raw) throws(RoostError) in
        try takeInventory(raw, virtualization)
      }
    }
  }
}

private func takeInventory(
  _ raw: virConnectPtr, _ virtualization: Virtualization
) throws(RoostError) -> HostInventory {
  var node = virNodeInfo()
  guard virNodeGetInfo(raw, &node) == 0 else { throw libvirtError("read the host's CPUs") }
  var libvirt: UInt = 0
  guard virConnectGetLibVersion(raw, &libvirt) == 0 else {
    throw libvirtError("read libvirt's version")
  }
  var version: UInt = 0
  guard virConnectGetVersion(raw, &version) == 0 else {
    throw libvirtError("read the hypervisor's version")
  }
  let host = try HostCapabilities(
    xml: try owned("read the capabilities", virConnectGetCapabilities(raw)))
  let kind = virtualization.kind.rawValue
  let guest = try GuestCPU(
    domainCapabilities: try owned(
      "read the domain capabilities",
      virConnectGetDomainCapabilities(raw, nil, host.architecture, "pc", kind, 0)))
  var features: [String] = []
  if let guest {
    features = try GuestCPU.features(
      expanded: try expand(raw, guest, architecture: host.architecture, kind: kind))
  }
  let memoryMB = UInt64(node.memory) / 1024
  let whole = HostInventory.NUMANode(id: 0, cpus: Array(0..<node.cpus), memoryMB: memoryMB)
  return HostInventory(
    cpus: node.cpus, memoryMB: memoryMB,
    numaNodes: host.numaNodes.isEmpty ? [whole] : host.numaNodes,
    hypervisorType: "QEMU", hypervisorVersion: UInt32(clamping: version),
    libvirtVersion: UInt32(clamping: libvirt), virtualization: virtualization,
    cpuModel: virtualization.kind == .kvm ? host.cpuModel : guest?.model ?? host.cpuModel,
    cpuVendor: host.cpuVendor, architecture: host.architecture,
    traits: HostTraits.names(features: features, host: host))
}

/// Names every feature of the model, not only those in which the host differs from it.
private func expand(
  _ raw: virConnectPtr, _ guest: GuestCPU, architecture: String, kind: String
) throws(RoostError) -> String {
  let expanded = guest.description.withCString { description in
    var descriptions: [UnsafePointer<CChar>?] = [description]
    return virConnectBaselineHypervisorCPU(
      raw, nil, architecture, "pc", kind, &descriptions, 1,
      VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES.rawValue)
  }
  return try owned("expand the CPU model \(guest.model)", expanded)
}

/// Takes over a string that libvirt allocated.
private func owned(
  _ operation: String, _ text: UnsafeMutablePointer<CChar>?
) throws(RoostError) -> String {
  guard let text else { throw libvirtError(operation) }
  defer { free(text) }
  return String(cString: text)
}
