// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import ControllerDaemon
import Synchronization

/// What an operator does once in a new cloud: a flavor, an image, a network that tenants share.
enum Setup {
  /// - Returns: what tenants make servers of.
  static func run(on core: ControllerCore) async throws(RoostError) -> Tenant.Things {
    let admin = NamedCallers.caller(NamedCallers.operator, roles: ["admin", "member", "reader"])
    let flavor = try await core.cloud.createFlavor(
      FlavorDraft(
        id: "small", name: "small",
        size: FlavorSize(vcpus: 1, memoryMB: 512, rootGB: 1, ephemeralGB: 0, swapMB: 0)),
      for: admin)
    var images: [String] = []
    for bytes in World.images {
      let image = try await core.images.create(id: nil, admin) { image throws(RoostError) in
        image.name = "image"
        image.visibility = .public
        image.diskFormat = "raw"
        image.containerFormat = "bare"
      }
      let rest = Mutex<[UInt8]?>(bytes)
      try await core.images.upload(image.id, announced: nil, admin) { () throws(RoostError) in
        rest.withLock { rest in
          defer { rest = nil }
          return rest
        }
      }
      images.append("\(image.id)")
    }
    var draft = NetworkDraft(name: "net")
    draft.isShared = true
    draft.physicalNetwork = "physnet0"
    let network = try await core.cloud.createNetwork(draft, for: admin).network
    guard let cidr = CIDR("10.0.0.0/16") else { throw RoostError(.internal, "no CIDR") }
    _ = try await core.cloud.createSubnet(
      SubnetDraft(network: network.id, cidr: cidr), for: admin)
    return Tenant.Things(
      flavor: flavor.id, images: ImageShelf(images), network: "\(network.id)")
  }
}
