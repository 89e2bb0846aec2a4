// SPDX-License-Identifier: Apache-2.0

/// What placement counts, by name: one of OpenStack's standard classes (os-resource-classes), or
/// one that starts with `CUSTOM_`.
public struct ResourceClass: RawRepresentable, Sendable, Hashable, Comparable {
  /// The name as every API spells it.
  public let rawValue: String

  /// Takes a standard name, or `CUSTOM_` and at least one of A–Z, 0–9 and _, at most 255 characters
  /// in all. Nil for anything else.
  public init?(rawValue: String) {
    guard Self.standardNames.contains(rawValue) || isCustomName(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(standard name: String) { rawValue = name }

  /// Whether an operator made it up.
  public var isCustom: Bool { rawValue.hasPrefix(customPrefix) }

  /// A compute node's ratio where no operator has set one; Nova's initial ratios. Dedicated CPUs
  /// (PCPU) are never promised twice.
  public var initialAllocationRatio: Double { self == .vcpu ? 4.0 : 1.0 }

  /// By name.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// What is allowed, for errors.
  public static let rule =
    "a standard resource class or CUSTOM_ followed by A-Z, 0-9 and _, at most 255 characters"
}

extension ResourceClass {
  /// Virtual CPUs that may share physical ones.
  public static let vcpu = Self(standard: "VCPU")
  /// Memory in MiB.
  public static let memoryMB = Self(standard: "MEMORY_MB")
  /// Node-local disk in GiB.
  public static let diskGB = Self(standard: "DISK_GB")
  /// A PCI device to pass through.
  public static let pciDevice = Self(standard: "PCI_DEVICE")
  /// A virtual function of a network card.
  public static let sriovNetVF = Self(standard: "SRIOV_NET_VF")
  /// A NUMA socket.
  public static let numaSocket = Self(standard: "NUMA_SOCKET")
  /// A core of a NUMA node.
  public static let numaCore = Self(standard: "NUMA_CORE")
  /// A thread of a NUMA node.
  public static let numaThread = Self(standard: "NUMA_THREAD")
  /// A NUMA node's memory in MiB.
  public static let numaMemoryMB = Self(standard: "NUMA_MEMORY_MB")
  /// An IPv4 address.
  public static let ipv4Address = Self(standard: "IPV4_ADDRESS")
  /// A virtual GPU.
  public static let vgpu = Self(standard: "VGPU")
  /// A virtual GPU's display head.
  public static let vgpuDisplayHead = Self(standard: "VGPU_DISPLAY_HEAD")
  /// Outgoing bandwidth in kbit/s.
  public static let netBandwidthEgress = Self(standard: "NET_BW_EGR_KILOBIT_PER_SEC")
  /// Incoming bandwidth in kbit/s.
  public static let netBandwidthIngress = Self(standard: "NET_BW_IGR_KILOBIT_PER_SEC")
  /// Physical CPUs for one guest alone.
  public static let pcpu = Self(standard: "PCPU")
  /// A guest whose memory the processor encrypts.
  public static let memEncryptionContext = Self(standard: "MEM_ENCRYPTION_CONTEXT")
  /// A virtual function of an FPGA.
  public static let fpga = Self(standard: "FPGA")
  /// A whole GPU.
  public static let pgpu = Self(standard: "PGPU")
  /// Packets in either direction, in thousands a second.
  public static let netPacketRate = Self(standard: "NET_PACKET_RATE_KILOPACKET_PER_SEC")
  /// Outgoing packets in thousands a second.
  public static let netPacketRateEgress = Self(standard: "NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC")
  /// Incoming packets in thousands a second.
  public static let netPacketRateIngress = Self(standard: "NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC")

  /// The standard classes in the order in which OpenStack numbers them.
  public static let standard: [Self] = [
    .vcpu, .memoryMB, .diskGB, .pciDevice, .sriovNetVF, .numaSocket, .numaCore, .numaThread,
    .numaMemoryMB, .ipv4Address, .vgpu, .vgpuDisplayHead, .netBandwidthEgress,
    .netBandwidthIngress, .pcpu, .memEncryptionContext, .fpga, .pgpu, .netPacketRate,
    .netPacketRateEgress, .netPacketRateIngress,
  ]

  private static let standardNames = Set(standard.map(\.rawValue))
}
