// SPDX-License-Identifier: Apache-2.0

import Base
import Placement

/// A fleet to place servers on, and what is asked of it; from a seed.
struct PlacementFleet {
  let chance: SeededRandomness
  let hosts: [Host]
  let shapes: [RequestShape]
  private let groups: [ServerGroup]

  static let shapeCount = 1200
  private static let fastDisk = [Trait(rawValue: "CUSTOM_FAST_DISK")].compactMap { $0 }

  init(hosts count: Int, seed: UInt64 = 1) {
    let chance = SeededRandomness(seed: seed)
    self.chance = chance
    hosts = (0..<count).map { Self.host($0, chance) }
    shapes = (0..<Self.shapeCount).map { _ in Self.shape(chance) }
    groups = (0..<200).map { number in
      ServerGroup(
        id: .random(from: chance),
        policy: ServerGroup.Policy.allCases[number % ServerGroup.Policy.allCases.count],
        maximumPerHost: 2)
    }
  }

  /// Hosts of four sizes in four zones, a third of them with fast disks.
  private static func host(_ number: Int, _ chance: SeededRandomness) -> Host {
    let size = Int64(1 + chance.number(below: 4))
    var host = Host(
      id: .random(from: chance), name: "node\(number)", isUp: true, isEnabled: true,
      availabilityZone: "zone\(chance.number(below: 4))", physicalNetworks: ["physnet1"],
      inventories: [
        Inventory(.vcpu, total: 32 * size),
        Inventory(.memoryMB, total: 131_072 * size, reserved: 512),
        Inventory(.diskGB, total: 2000 * size),
      ])
    if chance.number(below: 3) == 0 { host.traits = fastDisk }
    host.hypervisorVersion = 8_002_000
    return host
  }

  private static func shape(_ chance: SeededRandomness) -> RequestShape {
    var shape = RequestShape(
      resources: [
        ResourceAmount(.vcpu, Int64(1 + chance.number(below: 16))),
        ResourceAmount(.memoryMB, Int64(512 * (1 + chance.number(below: 64)))),
        ResourceAmount(.diskGB, Int64(10 * (1 + chance.number(below: 20)))),
      ], physicalNetworks: ["physnet1"])
    if chance.number(below: 4) == 0 {
      shape.availabilityZone = "zone\(chance.number(below: 4))"
    }
    if chance.number(below: 8) == 0 { shape.requiredTraits = fastDisk }
    return shape
  }

  /// One request in ten is for a server of a group.
  func request() -> PlacementRequest {
    var request = PlacementRequest(shapes[Int(chance.number(below: UInt64(shapes.count)))])
    if chance.number(below: 10) == 0 {
      request.group = groups[Int(chance.number(below: UInt64(groups.count)))]
    }
    return request
  }
}
