// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Store

/// One interface of a server to be, resolved against the store.
enum PlannedInterface {
  case existing(Port, Network)
  case new(Network, address: IPAddress?)

  var network: Network {
    switch self {
    case .existing(_, let network), .new(let network, _): network
    }
  }
}

extension Transaction {
  /// What a request's networks come down to. Errors are Nova's.
  func plannedInterfaces(_ wanted: ServerDraft.Networks, count: Int64, for caller: Caller)
    throws(RoostError) -> [PlannedInterface]
  {
    switch wanted {
    case .none: return []
    case .automatic: return try automaticInterface(for: caller)
    case .listed(let interfaces):
      var planned: [PlannedInterface] = []
      for (place, interface) in interfaces.enumerated() {
        let field = "server.networks[\(place)]"
        switch interface {
        case .network(let id, let address):
          planned.append(.new(try bootNetwork(id, for: caller, field: field), address: address))
        case .port(let id):
          planned.append(try bootPort(id, count: count, for: caller, field: field))
        }
      }
      return planned
    }
  }

  private func automaticInterface(for caller: Caller) throws(RoostError) -> [PlannedInterface] {
    let own = try networks(visibleTo: caller.project)
    guard own.count <= 1 else {
      throw RoostError(
        .conflict,
        "Multiple possible networks found, use a Network ID to be more specific.",
        field: "server.networks")
    }
    guard let network = own.first else { return [] }
    return [.new(try bootNetwork(network.id, for: caller, field: "server.networks"), address: nil)]
  }

  private func bootNetwork(_ id: NetworkID, for caller: Caller, field: String) throws(RoostError)
    -> Network
  {
    guard let network = try network(id), network.isShared || caller.maySee(network.project) else {
      throw RoostError(.badRequest, "Network \(id) could not be found.", field: field)
    }
    guard try !subnets(of: id).isEmpty else {
      throw RoostError(
        .badRequest, "Network \(id) requires a subnet in order to boot instances on.",
        field: field)
    }
    return network
  }

  private func bootPort(_ id: PortID, count: Int64, for caller: Caller, field: String)
    throws(RoostError) -> PlannedInterface
  {
    guard count == 1 else {
      throw RoostError(
        .badRequest,
        "Unable to launch multiple instances with a single configured port ID. Please launch your "
          + "instance one by one with different ports.", field: field)
    }
    guard let port = try port(id), caller.maySee(port.project),
      let network = try network(port.network)
    else {
      throw RoostError(.badRequest, "Port id \(id) could not be found.", field: field)
    }
    guard port.deviceID.isEmpty else {
      throw RoostError(.conflict, "Port \(id) is still in use.", field: field)
    }
    return .existing(port, network)
  }

  /// Makes or takes a server's ports, with their addresses, and returns them as its guest sees them.
  func bindInterfaces(
    _ planned: [PlannedInterface], to instance: Instance, randomness: any Randomness
  ) throws(RoostError) -> [GuestInterface] {
    var interfaces: [GuestInterface] = []
    for (position, interface) in planned.enumerated() {
      var port: Port
      switch interface {
      case .existing(let existing, _): port = existing
      case .new(let network, let address):
        let wanted = address.map { [AddressRequest(subnet: nil, address: $0)] }
        port = Port(
          id: .random(from: randomness), network: network.id, project: instance.project,
          name: "", description: "", macAddress: .random(from: randomness), isAdminUp: true,
          status: .down, deviceID: "", deviceOwner: "", instance: nil, node: nil, position: 0,
          isOwnedByInstance: true,
          addresses: try allocateAddresses(on: network.id, wanted),
          createdAt: instance.createdAt, updatedAt: instance.createdAt)
        try insertChecked(port)
      }
      port.deviceID = instance.id.description
      port.deviceOwner = "compute:nova"
      port.instance = instance.id
      port.node = instance.node
      port.status = .build
      port.position = Int64(position)
      port.updatedAt = instance.createdAt
      try update(port)
      interfaces.append(
        GuestInterface(
          port: port, network: interface.network, subnets: try subnets(of: port.network)))
    }
    return interfaces
  }

  /// Takes a server's ports from it: those made for it go, the others are free for another.
  func releaseInterfaces(of instance: InstanceID, at time: Timestamp) throws(RoostError) {
    for var port in try ports(of: instance) {
      if port.isOwnedByInstance {
        try deletePort(port.id)
        continue
      }
      port.deviceID = ""
      port.deviceOwner = ""
      port.instance = nil
      port.node = nil
      port.status = .down
      port.updatedAt = time
      try update(port)
    }
  }
}
