// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// What a caller asks of a new network.
public struct NetworkDraft: Sendable, Hashable {
  public var name: String
  public var description: String
  public var isAdminUp: Bool
  public var isShared: Bool
  /// nil takes the first one that is free.
  public var physicalNetwork: String?
  public var mtu: Int64
  /// nil for the caller's own.
  public var project: ProjectID?

  /// A private network with Neutron's defaults.
  public init(name: String) {
    self.name = name
    description = ""
    isAdminUp = true
    isShared = false
    physicalNetwork = nil
    mtu = 1500
    project = nil
  }
}

/// What is to change of a network; nil leaves a field as it is.
public struct NetworkChanges: Sendable, Hashable {
  public var name: String?
  public var description: String?
  public var isAdminUp: Bool?
  public var isShared: Bool?

  /// No change yet.
  public init() {}
}

/// A network with the subnets it has.
public struct NetworkView: Sendable, Hashable {
  public let network: Network
  public let subnets: [SubnetID]
}

extension Cloud {
  /// Networks the caller may see: its own, shared ones, and all for an administrator.
  public func networks(for caller: Caller) async throws(RoostError) -> [NetworkView] {
    let project = caller.isAdmin ? nil : caller.project
    return try await store.read { (tx) throws(RoostError) in
      let subnets = Dictionary(grouping: try tx.subnets(), by: \.network)
      return try tx.networks(visibleTo: project).map { network in
        NetworkView(network: network, subnets: (subnets[network.id] ?? []).map(\.id))
      }
    }
  }

  /// One network.
  public func network(_ id: NetworkID, for caller: Caller) async throws(RoostError) -> NetworkView {
    try await store.read { (tx) throws(RoostError) in
      NetworkView(
        network: try tx.visibleNetwork(id, to: caller), subnets: try tx.subnets(of: id).map(\.id))
    }
  }

  /// Makes a flat network on a physical network that some node has a bridge for.
  public func createNetwork(_ draft: NetworkDraft, for caller: Caller) async throws(RoostError)
    -> NetworkView
  {
    try caller.requireWriting()
    if draft.isShared { try caller.requireAdmin(to: "share a network") }
    if draft.physicalNetwork != nil {
      try caller.requireAdmin(to: "choose a network's provider attributes")
    }
    let project = try owner(draft.project, for: caller)
    let (id, now) = (NetworkID.random(from: randomness), clock.now)
    return try await store.write { (tx) throws(RoostError) in
      let network = Network(
        id: id, project: project, name: draft.name, description: draft.description,
        isAdminUp: draft.isAdminUp, isShared: draft.isShared,
        physicalNetwork: try freePhysicalNetwork(draft.physicalNetwork, tx), mtu: draft.mtu,
        createdAt: now, updatedAt: now)
      try tx.insert(network)
      return NetworkView(network: network, subnets: [])
    }
  }

  /// Changes a network of the caller's.
  public func updateNetwork(_ id: NetworkID, _ changes: NetworkChanges, for caller: Caller)
    async throws(RoostError) -> NetworkView
  {
    try caller.requireWriting()
    if changes.isShared != nil { try caller.requireAdmin(to: "share a network") }
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var network = try tx.ownNetwork(id, of: caller)
      network.name = changes.name ?? network.name
      network.description = changes.description ?? network.description
      network.isAdminUp = changes.isAdminUp ?? network.isAdminUp
      network.isShared = changes.isShared ?? network.isShared
      network.updatedAt = now
      try tx.update(network)
      return NetworkView(network: network, subnets: try tx.subnets(of: id).map(\.id))
    }
  }

  /// Removes a network with its subnets.
  ///
  /// - Throws: `.conflict` while a port is on it.
  public func deleteNetwork(_ id: NetworkID, for caller: Caller) async throws(RoostError) {
    try caller.requireWriting()
    try await store.write { (tx) throws(RoostError) in
      let network = try tx.ownNetwork(id, of: caller)
      let ports = try tx.ports(on: network.id)
      guard ports.isEmpty else {
        throw RoostError(
          .conflict,
          "Unable to complete operation on network \(id). There are one or more ports still in use "
            + "on the network, id for these ports is: "
            + "\(ports.prefix(10).map(\.id.description).joined(separator: ",")).")
      }
      for subnet in try tx.subnets(of: id) { try tx.deleteSubnet(subnet.id) }
      try tx.deleteNetwork(id)
    }
  }

  /// The project a new thing belongs to.
  func owner(_ wanted: ProjectID?, for caller: Caller) throws(RoostError) -> ProjectID {
    guard let wanted, wanted != caller.project else { return caller.project }
    try caller.requireAdmin(to: "make things for another project")
    return wanted
  }
}

/// Neutron's rule: a physical network carries one flat network.
private func freePhysicalNetwork(_ wanted: String?, _ tx: Transaction) throws(RoostError)
  -> String
{
  let taken = try tx.networks(visibleTo: nil).map(\.physicalNetwork)
  if let wanted {
    guard !taken.contains(wanted) else {
      throw RoostError(
        .conflict,
        "Unable to create the flat network. Physical network \(wanted) is in use.")
    }
    return wanted
  }
  var offered: [String] = []
  for node in try tx.nodes() {
    for name in node.inventory.physicalNetworks where !offered.contains(name) {
      offered.append(name)
    }
  }
  guard let free = offered.first(where: { !taken.contains($0) }) else {
    throw RoostError(
      .conflict,
      "Unable to create the network. No tenant network is available for allocation: nodes offer "
        + "\(offered.isEmpty ? "no physical network" : offered.joined(separator: ", ")), and each "
        + "carries one flat network.")
  }
  return free
}

extension Transaction {
  func visibleNetwork(_ id: NetworkID, to caller: Caller) throws(RoostError) -> Network {
    guard let network = try network(id), network.isShared || caller.maySee(network.project) else {
      throw .notFound("Network", id)
    }
    return network
  }

  func ownNetwork(_ id: NetworkID, of caller: Caller) throws(RoostError) -> Network {
    let network = try visibleNetwork(id, to: caller)
    guard caller.maySee(network.project) else {
      throw RoostError(.forbidden, "Network \(id) belongs to another project.")
    }
    return network
  }
}
