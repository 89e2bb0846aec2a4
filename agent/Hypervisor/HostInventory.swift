// SPDX-License-Identifier: Apache-2.0

/// What a host offers to guests, as far as its hypervisor knows.
public struct HostInventory: Sendable, Hashable {
  /// Logical CPUs that are online.
  public var cpus: UInt32
  /// Memory in MiB.
  public var memoryMB: UInt64
  /// NUMA nodes by id. At least one.
  public var numaNodes: [NUMANode]
  /// `QEMU`, as Nova reports it.
  public var hypervisorType: String
  /// QEMU's version as libvirt counts: major × 1,000,000 + minor × 1,000 + release.
  public var hypervisorVersion: UInt32
  /// libvirt's version, counted the same way.
  public var libvirtVersion: UInt32
  /// What runs guests here, and why that was chosen.
  public var virtualization: Virtualization
  /// libvirt's name of the host's CPU, such as `Skylake-Server-IBRS`.
  public var cpuModel: String
  /// `Intel`, `AMD`, …; empty when libvirt doesn't know.
  public var cpuVendor: String
  /// `x86_64` and the like.
  public var architecture: String
  /// Names from os-traits, sorted.
  public var traits: [String]

  /// An inventory with every fact.
  public init(
    cpus: UInt32, memoryMB: UInt64, numaNodes: [NUMANode], hypervisorType: String,
    hypervisorVersion: UInt32, libvirtVersion: UInt32, virtualization: Virtualization,
    cpuModel: String, cpuVendor: String, architecture: String, traits: [String]
  ) {
    self.cpus = cpus
    self.memoryMB = memoryMB
    self.numaNodes = numaNodes
    self.hypervisorType = hypervisorType
    self.hypervisorVersion = hypervisorVersion
    self.libvirtVersion = libvirtVersion
    self.virtualization = virtualization
    self.cpuModel = cpuModel
    self.cpuVendor = cpuVendor
    self.architecture = architecture
    self.traits = traits
  }

  /// CPUs and memory close to each other.
  public struct NUMANode: Sendable, Hashable {
    /// The kernel's number.
    public var id: UInt32
    /// Logical CPUs, ascending.
    public var cpus: [UInt32]
    /// Memory in MiB.
    public var memoryMB: UInt64

    /// A node with its CPUs and memory.
    public init(id: UInt32, cpus: [UInt32], memoryMB: UInt64) {
      self.id = id
      self.cpus = cpus
      self.memoryMB = memoryMB
    }
  }
}

/// What executes guests' instructions.
public struct Virtualization: Sendable, Hashable {
  /// libvirt's domain types.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The processor, through the kernel.
    case kvm
    /// QEMU's translator (TCG): works everywhere, slowly.
    case qemu
  }

  /// What is used.
  public var kind: Kind
  /// A sentence for the operator: what was found.
  public var reason: String

  /// A choice with its reason.
  public init(_ kind: Kind, reason: String) {
    self.kind = kind
    self.reason = reason
  }
}
