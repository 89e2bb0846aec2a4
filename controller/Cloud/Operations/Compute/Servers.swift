// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Store

/// A server with what the API shows beside its record.
public struct ServerView: Sendable, Hashable {
  /// An address of one of its ports.
  public struct Address: Sendable, Hashable {
    public let network: String
    public let address: IPAddress
    public let macAddress: MACAddress
  }

  public let instance: Instance
  /// Its node's name.
  public let host: String?
  /// Its node's id.
  public let node: NodeID?
  /// Its node's zone.
  public let zone: String?
  /// Whether its node can be reached.
  public let hostState: NodeState?
  /// Whether neither an operator nor its node's hypervisor keeps new servers away.
  public let isHostOpen: Bool?
  public let addresses: [Address]
  public let securityGroups: [String]
}

extension Cloud {
  /// Servers, newest first. `allProjects` counts for administrators.
  public func servers(allProjects: Bool, deleted: Bool, for caller: Caller)
    async throws(RoostError) -> [ServerView]
  {
    let project = caller.listed(allProjects: allProjects)
    let found = try await store.read { (tx) throws(RoostError) in
      let instances = try tx.instances(
        of: PlantedBug.othersListed.isPlanted ? nil : project, deleted: deleted)
      return (
        instances: instances,
        ports: Dictionary(grouping: try tx.instancePorts(of: project), by: \.instance),
        networks: try tx.networks(visibleTo: nil),
        nodes: try tx.nodes(of: instances)
      )
    }
    let conditions = await fleet.conditions(of: found.nodes.map(\.id))
    let nodes = Dictionary(
      uniqueKeysWithValues: zip(found.nodes, conditions).map { ($0.id, (node: $0, now: $1)) })
    return found.instances.map { instance in
      let host = instance.node.flatMap { nodes[$0] }
      return ServerView(
        instance, node: host?.node, condition: host?.now, ports: found.ports[instance.id] ?? [],
        networks: found.networks)
    }
  }

  /// One server.
  public func server(_ id: InstanceID, for caller: Caller) async throws(RoostError) -> ServerView {
    let found = try await store.read { (tx) throws(RoostError) in
      let instance = try tx.visibleInstance(id, to: caller)
      var node: Node?
      if let id = instance.node { node = try tx.node(id) }
      return (
        instance: instance, node: node, ports: try tx.ports(of: id),
        networks: try tx.networks(visibleTo: nil)
      )
    }
    var condition: NodeCondition?
    if let node = found.node { condition = await fleet.condition(of: node.id) }
    return ServerView(
      found.instance, node: found.node, condition: condition, ports: found.ports,
      networks: found.networks)
  }

  /// Changes a server's name, description or the name for its guest.
  public func updateServer(
    _ id: InstanceID, name: String?, description: String??, for caller: Caller
  ) async throws(RoostError) {
    try caller.requireWriting()
    let now = clock.now
    try await store.write { (tx) throws(RoostError) in
      var instance = try tx.visibleInstance(id, to: caller)
      instance.name = name ?? instance.name
      if let description { instance.description = description }
      instance.updatedAt = now
      try tx.update(instance)
    }
  }

  /// Changes a server's metadata and returns all of it. The guest saw it at its first boot only.
  public func changeMetadata(
    of id: InstanceID, for caller: Caller,
    _ change: @escaping @Sendable ([Property]) throws(RoostError) -> [Property]
  ) async throws(RoostError) -> [Property] {
    try caller.requireWriting()
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var instance = try tx.visibleInstance(id, to: caller)
      instance.metadata = try change(instance.metadata)
      guard instance.metadata.count <= 128 else {
        throw RoostError(
          .overQuota, "Maximum number of metadata items exceeds 128", field: "metadata")
      }
      instance.updatedAt = now
      try tx.update(instance)
      return instance.metadata
    }
  }

  /// The end of a server's serial console.
  ///
  /// - Parameter lines: nil asks for all that is kept.
  public func consoleOutput(of id: InstanceID, lines: UInt32?, for caller: Caller)
    async throws(RoostError) -> [UInt8]
  {
    try caller.requireWriting()
    let view = try await server(id, for: caller)
    guard let node = view.node, view.instance.launchedAt != nil else {
      throw RoostError(.conflict, "Instance \(id) is not ready")
    }
    if lines == 0 { return [] }
    return try await fleet.consoleLog(of: id, on: node, lines: lines ?? 0)
  }

  /// What was asked about a server, newest first.
  public func actions(of id: InstanceID, for caller: Caller) async throws(RoostError)
    -> [InstanceAction]
  {
    try await store.read { (tx) throws(RoostError) in
      guard let instance = try tx.instance(id), caller.maySee(instance.project) else {
        throw RoostError(.notFound, "Instance \(id) could not be found.")
      }
      return try tx.actions(of: id)
    }
  }

  /// A server's ports, in the order its guest sees them.
  public func interfaces(of id: InstanceID, for caller: Caller) async throws(RoostError) -> [Port] {
    try await store.read { (tx) throws(RoostError) in
      _ = try tx.visibleInstance(id, to: caller)
      return try tx.ports(of: id)
    }
  }
}

extension Transaction {
  /// The nodes of these servers, and no others: a fleet has more.
  fileprivate func nodes(of instances: [Instance]) throws(RoostError) -> [Node] {
    var found: [Node] = []
    for id in Set(instances.compactMap(\.node)).sorted() {
      if let node = try node(id) { found.append(node) }
    }
    return found
  }
}

extension ServerView {
  init(
    _ instance: Instance, node: Node?, condition: NodeCondition?, ports: [Port], networks: [Network]
  ) {
    self.instance = instance
    self.node = node?.id
    host = node?.hostName
    zone = node?.availabilityZone
    hostState = condition?.state
    isHostOpen = node.map { $0.isEnabled && condition?.hypervisorFailure == nil }
    addresses = ports.flatMap { port in
      let name = networks.first { $0.id == port.network }?.name ?? ""
      return port.addresses.map {
        Address(network: name, address: $0.address, macAddress: port.macAddress)
      }
    }
    securityGroups = ports.isEmpty ? [] : ["default"]
  }
}
