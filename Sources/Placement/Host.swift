// SPDX-License-Identifier: Apache-2.0

public import Base

/// A node as placement sees it at the moment of a claim.
public struct Host: Sendable, Hashable {
  /// The node.
  public var id: NodeID
  /// Its host name, for explanations.
  public var name: String
  /// Whether its lease holds.
  public var isUp: Bool
  /// Why its hypervisor can't be used; nil while it answers.
  public var hypervisorFailure: String?
  /// Whether an operator lets new guests onto it.
  public var isEnabled: Bool
  /// The availability zone it belongs to.
  public var availabilityZone: String
  /// Physical networks that it has a bridge for.
  public var physicalNetworks: [String]
  /// What it has, at most one inventory per class.
  public var inventories: [Inventory]
  /// The aggregates that it belongs to.
  public var aggregates: [HostAggregate] = []
  /// What it can do.
  public var traits: [Trait] = []
  /// What it says of itself, by Nova's names, as `hypervisor_type`; nested names have colons between them.
  public var capabilities: [String: String] = [:]
  /// The hypervisor's version, as libvirt counts it.
  public var hypervisorVersion = 0
  /// How many instances it has.
  public var instances = 0
  /// How many of them are being built, rebuilt, resized or moved.
  public var ioOperations = 0
  /// How many builds failed since the last that did not.
  public var failedBuilds = 0

  /// A node with all that decides about it.
  public init(
    id: NodeID, name: String, isUp: Bool, hypervisorFailure: String? = nil, isEnabled: Bool,
    availabilityZone: String, physicalNetworks: [String], inventories: [Inventory]
  ) {
    self.id = id
    self.name = name
    self.isUp = isUp
    self.hypervisorFailure = hypervisorFailure
    self.isEnabled = isEnabled
    self.availabilityZone = availabilityZone
    self.physicalNetworks = physicalNetworks
    self.inventories = inventories
  }

  /// The inventory of a class.
  public func inventory(of resource: ResourceClass) -> Inventory? {
    inventories.first { $0.resource == resource }
  }

  /// Whether every amount fits beside what is claimed.
  public func fits(_ amounts: [ResourceAmount]) -> Bool {
    amounts.allSatisfy { wanted in
      guard let inventory = inventory(of: wanted.resource) else { return false }
      return inventory.allows(unit: wanted.amount)
        && (inventory.shortfall(for: wanted.amount) == 0 || PlantedBug.useIgnored.isPlanted)
    }
  }
}
