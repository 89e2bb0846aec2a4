// SPDX-License-Identifier: Apache-2.0

public import Base

/// A hypervisor's record: what it said of itself, and what operators said of it.
public struct Node: Sendable, Hashable {
  public var id: NodeID
  /// A number for old microversions, rising with creation.
  public var number: Int64
  public var hostName: String
  /// The IP address that its last registration came from; nil where none was known.
  public var address: String?
  public var agentVersion: String
  public var inventory: NodeInventory
  public var availabilityZone: String
  public var isEnabled: Bool
  public var disabledReason: String?
  public var createdAt: Timestamp
  public var updatedAt: Timestamp
  /// When it last registered.
  public var registeredAt: Timestamp

  /// A record with every field.
  public init(
    id: NodeID, number: Int64, hostName: String, address: String?, agentVersion: String,
    inventory: NodeInventory, availabilityZone: String, isEnabled: Bool, disabledReason: String?,
    createdAt: Timestamp,
    updatedAt: Timestamp, registeredAt: Timestamp
  ) {
    self.id = id
    self.number = number
    self.hostName = hostName
    self.address = address
    self.agentVersion = agentVersion
    self.inventory = inventory
    self.availabilityZone = availabilityZone
    self.isEnabled = isEnabled
    self.disabledReason = disabledReason
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.registeredAt = registeredAt
  }
}

/// What a node offers, as it reported at its last registration.
public struct NodeInventory: Sendable, Hashable {
  public var cpus: Int64
  public var memoryMB: Int64
  public var diskGB: Int64
  public var reservedMemoryMB: Int64
  public var hypervisorType: String
  public var hypervisorVersion: Int64
  /// `kvm` or `qemu`.
  public var virtualization: String
  public var virtualizationReason: String
  public var cpuModel: String
  public var cpuVendor: String
  public var architecture: String
  /// Names from os-traits.
  public var traits: [String]
  public var physicalNetworks: [String]

  /// An inventory with every fact.
  public init(
    cpus: Int64, memoryMB: Int64, diskGB: Int64, reservedMemoryMB: Int64, hypervisorType: String,
    hypervisorVersion: Int64, virtualization: String, virtualizationReason: String,
    cpuModel: String, cpuVendor: String, architecture: String, traits: [String],
    physicalNetworks: [String]
  ) {
    self.cpus = cpus
    self.memoryMB = memoryMB
    self.diskGB = diskGB
    self.reservedMemoryMB = reservedMemoryMB
    self.hypervisorType = hypervisorType
    self.hypervisorVersion = hypervisorVersion
    self.virtualization = virtualization
    self.virtualizationReason = virtualizationReason
    self.cpuModel = cpuModel
    self.cpuVendor = cpuVendor
    self.architecture = architecture
    self.traits = traits
    self.physicalNetworks = physicalNetworks
  }
}

/// Whether a node can be reached, by its connection and its lease.
public enum NodeState: String, Sendable, Hashable, CaseIterable {
  /// Connected, and its lease holds.
  case up
  /// Not connected; its lease still holds.
  case unknown
  /// Its lease has ended.
  case down
}

/// What is known of a node beside its record, at one moment.
public struct NodeCondition: Sendable, Hashable {
  public var state: NodeState
  /// Why its hypervisor can't be used, in the node's words; nil while it answers, and while the node
  /// is not connected.
  public var hypervisorFailure: String?

  /// What is known of a node.
  public init(state: NodeState, hypervisorFailure: String? = nil) {
    self.state = state
    self.hypervisorFailure = hypervisorFailure
  }
}

/// A node as operators and the API see it: its record, how it is, and what it runs.
public struct NodeView: Sendable, Hashable {
  public var node: Node
  public var condition: NodeCondition
  /// Claims on it, in each class's unit.
  public var usedVCPUs: Int64
  public var usedMemoryMB: Int64
  public var usedDiskGB: Int64
  public var instances: Int64
  public var runningInstances: Int64

  /// A view with every field.
  public init(
    node: Node, condition: NodeCondition, usedVCPUs: Int64, usedMemoryMB: Int64,
    usedDiskGB: Int64, instances: Int64, runningInstances: Int64
  ) {
    self.node = node
    self.condition = condition
    self.usedVCPUs = usedVCPUs
    self.usedMemoryMB = usedMemoryMB
    self.usedDiskGB = usedDiskGB
    self.instances = instances
    self.runningInstances = runningInstances
  }

  /// Whether it can be reached.
  public var state: NodeState { condition.state }

  /// Whether neither an operator nor its hypervisor keeps new servers away.
  public var isOpen: Bool { node.isEnabled && condition.hypervisorFailure == nil }
}
