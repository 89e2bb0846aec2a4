// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a domain should be: all that its definition is made from.
public struct DomainSpec: Sendable, Hashable {
  /// The instance; its id becomes the domain's UUID.
  public var instance: InstanceID
  /// The version of the desired state this comes from.
  public var generation: Generation
  /// The node that runs it.
  public var node: NodeID
  /// The server's name as its user wrote it, shown as the domain's title. The domain's own name is
  /// made from the id.
  public var name: String
  /// Virtual CPUs, at least 1.
  public var vcpus: UInt32
  /// Memory in MiB, as Nova's `memory_mb`.
  public var memoryMB: UInt64
  /// Disks in the order the guest sees them (`vda`, `vdb`, …); the first one boots.
  public var disks: [Disk]
  /// Network interfaces in the order the guest sees them.
  public var interfaces: [Interface]
  /// The host's file that collects what the guest prints on its serial console.
  public var consoleLogPath: String
  /// The machine type of the first boot, kept through later definitions; nil takes the host's `pc`.
  public var machineType: String?

  /// A guest without disks or interfaces yet.
  public init(
    instance: InstanceID, generation: Generation, node: NodeID, name: String, vcpus: UInt32,
    memoryMB: UInt64, disks: [Disk] = [], interfaces: [Interface] = [], consoleLogPath: String,
    machineType: String? = nil
  ) {
    self.instance = instance
    self.generation = generation
    self.node = node
    self.name = name
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.disks = disks
    self.interfaces = interfaces
    self.consoleLogPath = consoleLogPath
    self.machineType = machineType
  }

  /// libvirt's name of the domain.
  public var domainName: String { Self.domainName(of: instance) }

  /// libvirt's name of an instance's domain.
  public static func domainName(of instance: InstanceID) -> String { "roost-\(instance)" }
}

extension DomainSpec {
  /// One virtio disk.
  public struct Disk: Sendable, Hashable {
    /// How the file is laid out.
    public enum Format: String, Sendable, Hashable, CaseIterable {
      /// QEMU's copy-on-write format; a backing file is named inside it.
      case qcow2
      /// The guest's bytes as they are.
      case raw
    }

    /// The host's file, an absolute path.
    public var path: String
    /// The file's layout; never guessed from its content.
    public var format: Format
    /// The backing file's path and layout, told to libvirt so that it need not trust the image;
    /// nil when there is none.
    public var backing: Backing?
    /// The guest can't write to it. A config drive is read-only.
    public var readOnly: Bool
    /// Whether the file system takes O_DIRECT: the host's page cache is left out then.
    public var direct: Bool

    /// A disk from a file.
    public init(
      path: String, format: Format, backing: Backing? = nil, readOnly: Bool = false,
      direct: Bool = true
    ) {
      self.path = path
      self.format = format
      self.backing = backing
      self.readOnly = readOnly
      self.direct = direct
    }
  }

  /// The file beneath a qcow2 disk.
  public struct Backing: Sendable, Hashable {
    /// The host's file, an absolute path.
    public var path: String
    /// Its layout.
    public var format: Disk.Format

    /// A backing file that has none itself.
    public init(path: String, format: Disk.Format) {
      self.path = path
      self.format = format
    }
  }

  /// One virtio interface on a tap that the switch made.
  public struct Interface: Sendable, Hashable {
    /// The tap's name on the host.
    public var tap: String
    /// The guest's address, as `fa:16:3e:00:00:01`.
    public var macAddress: String
    /// Bytes in a frame's payload, 68 to 65535.
    public var mtu: UInt32

    /// An interface on an existing tap.
    public init(tap: String, macAddress: String, mtu: UInt32) {
      self.tap = tap
      self.macAddress = macAddress
      self.mtu = mtu
    }
  }
}
