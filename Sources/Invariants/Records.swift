// SPDX-License-Identifier: Apache-2.0

public import Base

/// What the store holds of the fleet, read in one transaction.
public struct FleetRecords: Sendable {
  /// Servers that are not deleted.
  public var instances: [InstanceRecord]
  /// Claims.
  public var allocations: [AllocationRecord]
  /// Every port, bound or not.
  public var ports: [PortRecord]
  /// What nodes were told.
  public var desired: [DesiredStateRecord]
  /// What nodes may promise.
  public var nodes: [NodeRecord]

  /// The records.
  public init(
    instances: [InstanceRecord] = [], allocations: [AllocationRecord] = [],
    ports: [PortRecord] = [], desired: [DesiredStateRecord] = [], nodes: [NodeRecord] = []
  ) {
    self.instances = instances
    self.allocations = allocations
    self.ports = ports
    self.desired = desired
    self.nodes = nodes
  }
}

/// A server.
public struct InstanceRecord: Sendable, Hashable {
  public var id: InstanceID
  /// Where it is; nil when it holds nothing of any node.
  public var node: NodeID?
  /// What its flavor takes of a node.
  public var needs: [Amount]

  /// A server that needs these amounts.
  public init(id: InstanceID, node: NodeID?, needs: [Amount]) {
    self.id = id
    self.node = node
    self.needs = needs
  }
}

/// An amount of a resource class by its name.
public struct Amount: Sendable, Hashable {
  public var resource: String
  public var amount: Int64

  /// An amount.
  public init(_ resource: String, _ amount: Int64) {
    self.resource = resource
    self.amount = amount
  }
}

/// A claim of an instance on a node.
public struct AllocationRecord: Sendable, Hashable {
  public var instance: InstanceID
  public var node: NodeID
  public var amount: Amount

  /// A claim.
  public init(instance: InstanceID, node: NodeID, amount: Amount) {
    self.instance = instance
    self.node = node
    self.amount = amount
  }
}

/// A port.
public struct PortRecord: Sendable, Hashable {
  public var id: PortID
  public var instance: InstanceID?
  public var addresses: [AddressRecord]
  /// The name its tap has on a node.
  public var tapName: String

  /// A port.
  public init(id: PortID, instance: InstanceID?, addresses: [AddressRecord], tapName: String) {
    self.id = id
    self.instance = instance
    self.addresses = addresses
    self.tapName = tapName
  }
}

/// An address a port holds.
public struct AddressRecord: Sendable, Hashable {
  public var subnet: SubnetID
  public var address: String
  /// Whether the address lies in its subnet's block.
  public var isInSubnet: Bool

  /// An address.
  public init(subnet: SubnetID, address: String, isInSubnet: Bool) {
    self.subnet = subnet
    self.address = address
    self.isInSubnet = isInSubnet
  }
}

/// What a node was told about an instance.
public struct DesiredStateRecord: Sendable, Hashable {
  public var instance: InstanceID
  public var node: NodeID
  public var generation: Generation
  /// Whether it was revoked.
  public var isAbsent: Bool
  /// Whether the node has said that it is so. Until then what exists may be half of it.
  public var isSettled: Bool

  /// A desired state.
  public init(
    instance: InstanceID, node: NodeID, generation: Generation, isAbsent: Bool, isSettled: Bool
  ) {
    self.instance = instance
    self.node = node
    self.generation = generation
    self.isAbsent = isAbsent
    self.isSettled = isSettled
  }
}

/// A node and what it may promise.
public struct NodeRecord: Sendable, Hashable {
  public var id: NodeID
  public var name: String
  /// Per resource class.
  public var capacities: [Capacity]

  /// A node.
  public init(id: NodeID, name: String, capacities: [Capacity]) {
    self.id = id
    self.name = name
    self.capacities = capacities
  }

  /// A resource class by its name, and how much of it may be promised, ratios applied.
  public struct Capacity: Sendable, Hashable {
    public var resource: String
    public var capacity: Double

    /// A capacity.
    public init(_ resource: String, _ capacity: Double) {
      self.resource = resource
      self.capacity = capacity
    }
  }
}
