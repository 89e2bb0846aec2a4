// SPDX-License-Identifier: Apache-2.0

public import Base
import Config
import Glibc
public import Log
public import Switch

/// The agent's configuration file, read and checked. `agent/roost-agent.yaml` documents each key.
public struct AgentConfiguration: Sendable {
  /// How the agent decides what runs guests.
  public enum VirtualizationChoice: Sendable, CaseIterable {
    /// KVM where a guest really runs on it, else QEMU's translator.
    case auto
    /// KVM, whatever a probe would say.
    case kvm
    /// QEMU's translator.
    case qemu
  }

  /// Where the controller waits for agents.
  public var controllerAddress: String
  /// PEM files: a certificate made by `roostctl ca`, its key, and the fleet's CA; see
  /// `CertificateFiles` for what was issued by the controller.
  public var certificate: String
  public var key: String
  public var ca: String
  /// A PEM file of authorities to trust for image downloads; nil for the system's.
  public var imageCA: String?
  /// libvirt's URI.
  public var libvirtURI: String
  /// What runs guests.
  public var virtualization: VirtualizationChoice
  /// Where journal, images and instances are kept.
  public var stateFolder: String
  /// The name the node shows; nil for the kernel's.
  public var hostName: String?
  /// Memory in MiB that guests can't have.
  public var reservedMemoryMB: UInt32
  /// How many guests are started together after a reboot of the host; nil for one for each CPU.
  public var startLimit: Int?
  /// By name.
  public var physicalNetworks: [PhysicalNetwork]
  /// A name below /run/netns that bridges and taps live in; nil for the agent's own namespace.
  public var networkNamespace: String?
  /// What is logged.
  public var logLevel: LogLevel

  /// Reads a file.
  ///
  /// - Throws: what is wrong with it, naming file, line and key.
  public init(file: String, disk: any Disk) throws(RoostError) {
    try self.init(ConfigReader(file: file, disk: disk))
  }

  /// Reads a text; `file` is what errors call it.
  public init(text: String, file: String) throws(RoostError) {
    try self.init(ConfigReader(text: Array(text.utf8), file: file))
  }

  private init(_ reader: ConfigReader) throws(RoostError) {
    let controller = try reader.section("controller")
    controllerAddress = try controller.string("address", default: Defaults.wireAddress)
    certificate = try controller.path("certificate", default: "/etc/roost/node.crt")
    key = try controller.path("key", default: "/etc/roost/node.key")
    ca = try controller.path("ca", default: "/etc/roost/ca.crt")
    imageCA = try controller.optionalPath("ca_file")

    let libvirt = try reader.section("libvirt")
    libvirtURI = try libvirt.string("uri", default: "qemu:///system")
    virtualization = try libvirt.choice("virtualization", default: .auto)

    stateFolder = try reader.path("state_folder", default: Defaults.agentState)
    hostName = try reader.optionalString("host_name")
    reservedMemoryMB = UInt32(
      try reader.integer("reserved_memory_mb", in: 0...1_048_576, default: 512))
    startLimit = try reader.optionalInteger("start_limit", in: 1...256)
    physicalNetworks = try Self.networks(try reader.section("physical_networks"))
    networkNamespace = try reader.optionalString("network_namespace")
    if let name = networkNamespace, name.contains("/") || name == "." || name == ".." {
      throw reader.refused("network_namespace", "must be a name below /run/netns")
    }
    logLevel = try reader.choice("log_level", default: .info)
    try reader.finish()
  }

  /// The name that operators see: as configured, else the kernel's.
  func shownHostName() throws(RoostError) -> String {
    if let hostName { return hostName }
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else {
      throw .system("gethostname", errno: errno)
    }
    return String(upToZero: buffer)
  }

  private static func networks(_ reader: ConfigReader) throws(RoostError) -> [PhysicalNetwork] {
    var networks: [PhysicalNetwork] = []
    for name in reader.keys.sorted() {
      let section = try reader.section(name)
      let network = PhysicalNetwork(
        name: name, bridge: try section.string("bridge"),
        create: try section.bool("create", default: false))
      guard LinkNames.isValid(network.bridge) else {
        throw section.refused("bridge", "must be an interface name of at most 15 characters")
      }
      if let other = networks.first(where: { $0.bridge == network.bridge }) {
        throw section.refused("bridge", "is the bridge of `\(other.name)` already")
      }
      networks.append(network)
    }
    return networks
  }
}
