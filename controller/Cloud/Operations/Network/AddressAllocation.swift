// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// An address a caller asks for: a subnet, an address, or an address of a subnet.
public struct AddressRequest: Sendable, Hashable {
  public var subnet: SubnetID?
  public var address: IPAddress?

  /// Nothing in particular is refused by whoever reads the request.
  public init(subnet: SubnetID?, address: IPAddress?) {
    self.subnet = subnet
    self.address = address
  }
}

extension Transaction {
  /// The addresses of a new port: those asked for, or one of each IP version that the network has
  /// subnets of, as Neutron does. `kept` are those the port has already.
  func allocateAddresses(
    on network: NetworkID, _ wanted: [AddressRequest]?, keeping kept: [FixedAddress] = []
  ) throws(RoostError) -> [FixedAddress] {
    let subnets = try subnets(of: network)
    guard let wanted else {
      var addresses: [FixedAddress] = []
      for family in IPAddress.Family.allCases {
        let ofFamily = subnets.filter { $0.cidr.family == family }
        if ofFamily.isEmpty { continue }
        addresses.append(try firstFree(of: ofFamily, network: network, excluding: addresses))
      }
      return addresses
    }
    var addresses: [FixedAddress] = []
    for request in wanted {
      addresses.append(
        try allocate(request, subnets: subnets, network: network, kept: kept, so: addresses))
    }
    return addresses
  }

  private func allocate(
    _ request: AddressRequest, subnets: [Subnet], network: NetworkID, kept: [FixedAddress],
    so far: [FixedAddress]
  ) throws(RoostError) -> FixedAddress {
    var candidates = subnets
    if let id = request.subnet {
      candidates = subnets.filter { $0.id == id }
      guard !candidates.isEmpty else {
        throw RoostError(
          .badRequest,
          "Failed to create port on network \(network), because fixed_ips included invalid subnet "
            + "\(id).", field: "port.fixed_ips")
      }
    }
    guard let address = request.address else {
      return try firstFree(of: candidates, network: network, excluding: far)
    }
    guard let subnet = candidates.first(where: { $0.cidr.contains(address) }) else {
      throw RoostError(
        .badRequest,
        "IP address \(address) is not a valid IP for any of the subnets on the specified network.",
        field: "port.fixed_ips")
    }
    let isEdge =
      !subnet.cidr.hosts.contains(address)
    guard !isEdge else {
      throw RoostError(
        .badRequest, "IP address \(address) is not a valid IP for the specified subnet.",
        field: "port.fixed_ips")
    }
    let fixed = FixedAddress(subnet: subnet.id, address: address)
    let isTaken = try takenAddresses(of: subnet.id).contains(address) && !kept.contains(fixed)
    guard !isTaken, !far.contains(fixed) else {
      throw RoostError(
        .conflict,
        "IP address \(address) already allocated in subnet \(subnet.id).",
        field: "port.fixed_ips")
    }
    return fixed
  }

  private func firstFree(
    of subnets: [Subnet], network: NetworkID, excluding far: [FixedAddress]
  ) throws(RoostError) -> FixedAddress {
    for subnet in subnets {
      let others = PlantedBug.addressGivenTwice.isPlanted ? [] : try takenAddresses(of: subnet.id)
      let taken =
        others + far.filter { $0.subnet == subnet.id }.map(\.address)
      if let free = CloudModel.firstFree(in: subnet.allocationPools, taken: taken) {
        return FixedAddress(subnet: subnet.id, address: free)
      }
    }
    throw RoostError(
      .conflict, "No more IP addresses available on network \(network).", field: "port.fixed_ips")
  }
}
