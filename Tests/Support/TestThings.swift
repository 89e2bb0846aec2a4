// SPDX-License-Identifier: Apache-2.0

public import Base
public import Cloud
public import CloudModel
import Synchronization

/// What nearly every test of servers needs.
public struct TestThings: Sendable {
  public let flavor: Flavor
  public let image: Image
  public let network: Network
  public let subnet: Subnet

  /// One server of them.
  public func draft(_ name: String = "server-1") -> ServerDraft {
    ServerDraft(
      name: name, flavor: flavor.id, image: image.id,
      networks: .listed([.network(network.id, address: nil)]))
  }
}

extension TestCloud {
  /// A flavor of 1 VCPU, 512 MB and 1 GB, an image, and a shared network of the project `admin` with
  /// a subnet.
  public func addThings(cidr: String = "10.0.0.0/24") async throws(RoostError) -> TestThings {
    let network = try await addNetwork()
    return TestThings(
      flavor: try await addFlavor(), image: try await addImage(), network: network,
      subnet: try await addSubnet(cidr, on: network.id))
  }

  /// A public flavor.
  public func addFlavor(
    _ id: String = "f1", vcpus: Int64 = 1, memoryMB: Int64 = 512, rootGB: Int64 = 1
  ) async throws(RoostError) -> Flavor {
    try await cloud.createFlavor(
      FlavorDraft(
        id: id, name: "flavor-\(id)",
        size: FlavorSize(
          vcpus: vcpus, memoryMB: memoryMB, rootGB: rootGB, ephemeralGB: 0, swapMB: 0)),
      for: TestCallers.admin)
  }

  /// A public raw image of a few bytes.
  public func addImage(
    _ name: String = "image-1", _ bytes: [UInt8] = Array("a raw image".utf8)
  ) async throws(RoostError) -> Image {
    let image = try await images.create(id: nil, TestCallers.admin) { image throws(RoostError) in
      image.name = name
      image.visibility = .public
      image.diskFormat = "raw"
      image.containerFormat = "bare"
    }
    try await upload(bytes, to: image.id)
    return try await images.image(image.id, TestCallers.admin)
  }

  /// Uploads bytes in one piece.
  public func upload(_ bytes: [UInt8], to image: ImageID, by caller: Caller = TestCallers.admin)
    async throws(RoostError)
  {
    let rest = Mutex<[UInt8]?>(bytes)
    try await images.upload(image, announced: nil, caller) { () throws(RoostError) in
      rest.withLock { rest in
        defer { rest = nil }
        return rest
      }
    }
  }

  /// A shared network on a physical network.
  public func addNetwork(_ name: String = "net-1", physicalNetwork: String = "physnet1")
    async throws(RoostError) -> Network
  {
    var draft = NetworkDraft(name: name)
    draft.isShared = true
    draft.physicalNetwork = physicalNetwork
    return try await cloud.createNetwork(draft, for: TestCallers.admin).network
  }

  /// A subnet with Neutron's defaults.
  public func addSubnet(_ cidr: String, on network: NetworkID) async throws(RoostError) -> Subnet {
    guard let cidr = CIDR(cidr) else { throw RoostError(.badRequest, "\(cidr) is no CIDR") }
    return try await cloud.createSubnet(
      SubnetDraft(network: network, cidr: cidr), for: TestCallers.admin)
  }
}
