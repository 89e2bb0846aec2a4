// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// What a caller asks of a new port.
public struct PortDraft: Sendable, Hashable {
  public var network: NetworkID
  public var name: String
  public var description: String
  public var isAdminUp: Bool
  /// nil makes one up.
  public var macAddress: MACAddress?
  /// nil takes one address of each IP version; an empty list takes none.
  public var addresses: [AddressRequest]?
  public var deviceID: String
  public var deviceOwner: String
  public var project: ProjectID?

  /// A port with Neutron's defaults.
  public init(network: NetworkID) {
    self.network = network
    name = ""
    description = ""
    isAdminUp = true
    macAddress = nil
    addresses = nil
    deviceID = ""
    deviceOwner = ""
    project = nil
  }
}

/// What is to change of a port; nil leaves a field as it is.
public struct PortChanges: Sendable, Hashable {
  public var name: String?
  public var description: String?
  public var isAdminUp: Bool?
  public var addresses: [AddressRequest]?
  public var deviceID: String?
  public var deviceOwner: String?

  /// No change yet.
  public init() {}
}

/// A port with what its binding is made from.
public struct PortView: Sendable, Hashable {
  public let port: Port
  /// The name of the node it is plugged on.
  public let host: String?
  /// The project's security groups that it is in.
  public let securityGroups: [SecurityGroupID]
}

extension Cloud {
  /// The caller's ports, and all for an administrator.
  public func ports(for caller: Caller) async throws(RoostError) -> [PortView] {
    try await ensureDefaultGroup(of: caller.project)
    let project = caller.isAdmin ? nil : caller.project
    return try await store.read { (tx) throws(RoostError) in
      try tx.views(of: tx.ports(of: project))
    }
  }

  /// One port.
  public func port(_ id: PortID, for caller: Caller) async throws(RoostError) -> PortView {
    try await store.read { (tx) throws(RoostError) in
      try tx.view(of: tx.ownPort(id, of: caller))
    }
  }

  /// Makes a port with addresses.
  public func createPort(_ draft: PortDraft, for caller: Caller) async throws(RoostError)
    -> PortView
  {
    try caller.requireWriting()
    let project = try owner(draft.project, for: caller)
    try caller.require(deviceOwner: draft.deviceOwner)
    try await ensureDefaultGroup(of: project)
    let (id, now) = (PortID.random(from: randomness), clock.now)
    let mac = draft.macAddress ?? .random(from: randomness)
    return try await store.write { (tx) throws(RoostError) in
      let network = try tx.visibleNetwork(draft.network, to: caller)
      let port = Port(
        id: id, network: network.id, project: project, name: draft.name,
        description: draft.description, macAddress: mac, isAdminUp: draft.isAdminUp,
        status: .down, deviceID: draft.deviceID, deviceOwner: draft.deviceOwner, instance: nil,
        node: nil, position: 0, isOwnedByInstance: false,
        addresses: try tx.allocateAddresses(on: network.id, draft.addresses), createdAt: now,
        updatedAt: now)
      try tx.insertChecked(port)
      return try tx.view(of: port)
    }
  }

  /// Changes a port of the caller's. One that a server holds keeps its addresses.
  public func updatePort(_ id: PortID, _ changes: PortChanges, for caller: Caller)
    async throws(RoostError) -> PortView
  {
    try caller.requireWriting()
    if let owner = changes.deviceOwner { try caller.require(deviceOwner: owner) }
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var port = try tx.ownPort(id, of: caller)
      if port.instance != nil,
        changes.addresses != nil || changes.deviceID != nil || changes.deviceOwner != nil
      {
        throw RoostError(
          .conflict,
          "Port \(id) is in use by server \(port.deviceID): its addresses and device stay as they "
            + "are.")
      }
      port.name = changes.name ?? port.name
      port.description = changes.description ?? port.description
      port.isAdminUp = changes.isAdminUp ?? port.isAdminUp
      port.deviceID = changes.deviceID ?? port.deviceID
      port.deviceOwner = changes.deviceOwner ?? port.deviceOwner
      port.updatedAt = now
      if let wanted = changes.addresses {
        port.addresses = try tx.allocateAddresses(
          on: port.network, wanted, keeping: port.addresses)
      }
      try tx.update(port, withAddresses: changes.addresses != nil)
      return try tx.view(of: port)
    }
  }

  /// Removes a port; its addresses are free again.
  ///
  /// - Throws: `.conflict` while a server holds it.
  public func deletePort(_ id: PortID, for caller: Caller) async throws(RoostError) {
    try caller.requireWriting()
    try await store.write { (tx) throws(RoostError) in
      let port = try tx.ownPort(id, of: caller)
      guard port.instance == nil else {
        throw RoostError(
          .conflict,
          "Port \(id) is in use by server \(port.deviceID); delete the server first.")
      }
      try tx.deletePort(id)
    }
  }
}

extension Caller {
  /// Neutron's rule: what the network itself owns is not a tenant's to name.
  fileprivate func require(deviceOwner owner: String) throws(RoostError) {
    guard owner.hasPrefix("network:") else { return }
    try requireAdmin(to: "give a port the device owner \(owner)")
  }
}

extension Transaction {
  func ownPort(_ id: PortID, of caller: Caller) throws(RoostError) -> Port {
    guard let port = try port(id), caller.maySee(port.project) else { throw .notFound("Port", id) }
    return port
  }

  /// Adds a port and says in Neutron's words when its MAC address is taken.
  func insertChecked(_ port: Port) throws(RoostError) {
    let isTaken = try ports(on: port.network).contains { $0.macAddress == port.macAddress }
    guard !isTaken else {
      throw RoostError(
        .conflict,
        "Unable to complete operation for network \(port.network). The mac address "
          + "\(port.macAddress) is in use.", field: "port.mac_address")
    }
    try insert(port)
  }

  func view(of port: Port) throws(RoostError) -> PortView {
    var host: String?
    if let node = port.node { host = try self.node(node)?.hostName }
    return PortView(
      port: port, host: host, securityGroups: try securityGroups(of: port.project).map(\.id))
  }

  func views(of ports: [Port]) throws(RoostError) -> [PortView] {
    let groups = Dictionary(grouping: try securityGroups(of: nil), by: \.project)
    let hosts = Dictionary(grouping: try nodes(), by: \.id)
    return ports.map { port in
      PortView(
        port: port, host: port.node.flatMap { hosts[$0]?.first?.hostName },
        securityGroups: (groups[port.project] ?? []).map(\.id))
    }
  }
}
