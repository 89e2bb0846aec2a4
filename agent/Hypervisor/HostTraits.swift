// SPDX-License-Identifier: Apache-2.0

/// What a node can do for guests, in os-traits' names.
enum HostTraits {
  /// What every node's agent offers, whatever the host.
  static let offered = [
    "COMPUTE_FIRMWARE_BIOS", "COMPUTE_IMAGE_TYPE_QCOW2", "COMPUTE_IMAGE_TYPE_RAW",
    "COMPUTE_NET_VIF_MODEL_VIRTIO", "COMPUTE_NODE", "COMPUTE_STORAGE_BUS_VIRTIO",
  ]

  /// All of a node's traits, sorted.
  static func names(features: [String], host: HostCapabilities) -> [String] {
    var names = offered + CPUTraits.names(of: features)
    if host.architecture == "x86_64" { names += ["COMPUTE_ARCH_X86_64", "HW_ARCH_X86_64"] }
    if host.hyperthreading { names.append("HW_CPU_HYPERTHREADING") }
    return names.sorted()
  }
}
