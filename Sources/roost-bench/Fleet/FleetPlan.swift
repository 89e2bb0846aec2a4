// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Journal
import NodeProtocol
import Simulation

/// Who is in a measured fleet: the same from the same number, so that store and nodes can be furnished
/// apart from each other and agree.
struct FleetPlan: Sendable {
  let options: FleetOptions

  struct Guest: Sendable {
    let instance: InstanceID
    let port: PortID
    /// From 1, over all of the fleet; also the number of its generation.
    let number: Int
    var generation: Generation { Generation(epoch: 1, number: UInt64(number)) }
  }

  struct Node: Sendable {
    let id: NodeID
    let name: String
    let guests: [Guest]
  }

  static let physicalNetwork = "physnet0"
  static let image = Self.named(ImageID.self, 1)
  static let network = Self.named(NetworkID.self, 2)
  static let subnet = Self.named(SubnetID.self, 3)
  static let vcpus = 1
  static let memoryMB = 512
  static let rootGB = 1
  static let imageBytes = 1 << 20
  static let imageHash = String(repeating: "5a", count: 32)
  private static let metadata = [UInt8](repeating: 0x20, count: 1024)

  /// The node of an index below `options.agents`.
  func node(_ index: Int) -> Node {
    let random = SeededRandomness(seed: UInt64(index) &+ 0x5EED)
    let id = NodeID.random(from: random)
    let guests = (0..<options.guestsPerAgent).map { place in
      Guest(
        instance: .random(from: random), port: .random(from: random),
        number: index * options.guestsPerAgent + place + 1)
    }
    return Node(id: id, name: "node-\(index)", guests: guests)
  }

  /// What a guest is made from, as its node was told.
  func specification(of guest: Guest) -> InstanceSpec {
    var spec = InstanceSpec()
    spec.name = "guest-\(guest.number)"
    spec.hostName = spec.name
    spec.vcpus = UInt32(Self.vcpus)
    spec.memoryMB = UInt64(Self.memoryMB)
    spec.rootGB = UInt64(Self.rootGB)
    spec.image.id = Self.image
    spec.image.diskFormat = "raw"
    spec.image.sha256 = Self.imageHash
    spec.image.sizeBytes = UInt64(Self.imageBytes)
    var port = NodeProtocol.Port()
    port.id = guest.port
    port.macAddress = Self.macAddress(of: guest)
    port.physicalNetwork = Self.physicalNetwork
    port.mtu = 1500
    port.networkID = Self.network
    spec.ports = [port]
    var file = ConfigDrive.File()
    file.path = "openstack/latest/meta_data.json"
    file.content = Self.metadata
    spec.configDrive.files = [file]
    return spec
  }

  /// The report that its node makes of a guest that runs.
  static func report(of guest: Guest) -> Observation {
    var report = Observation()
    report.instanceID = guest.instance
    report.generation = guest.generation
    report.phase = .settled
    report.powerState = PowerState.running.rawValue
    report.machineType = SimulatedHost.machineType
    report.domainName = DomainSpec.domainName(of: guest.instance)
    return report
  }

  static func macAddress(of guest: Guest) -> String {
    let octets = [
      0xFA, 0x16, 0x3E, guest.number >> 16 & 0xFF, guest.number >> 8 & 0xFF, guest.number & 0xFF,
    ]
    return octets.map { octet in
      (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }.joined(separator: ":")
  }

  private static func named<Tag>(_ type: Identifier<Tag>.Type, _ number: UInt8) -> Identifier<Tag> {
    Identifier(uuidBytes: [UInt8](repeating: 0, count: 15) + [number]) ?? .zero
  }
}
