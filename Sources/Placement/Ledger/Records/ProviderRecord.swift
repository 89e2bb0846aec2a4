// SPDX-License-Identifier: Apache-2.0

/// All that the ledger knows of one resource provider: what a reader gets, and what a store gives back
/// to rebuild the ledger.
public struct ProviderRecord: Sendable, Hashable {
  /// The provider.
  public var id: ProviderID
  /// Unique among all providers.
  public var name: String
  /// Its place among all providers by creation; candidates come in this order.
  public var order: UInt64
  /// How often it was changed, as Placement counts.
  public var generation: Int64
  /// The provider above it; nil at the root of a tree.
  public var parent: ProviderID?
  /// The root of its tree; itself where there is no parent. Ignored when a ledger is rebuilt.
  public var root: ProviderID
  /// At most one per class, in order of the classes' names. When a ledger is rebuilt, use is counted
  /// anew from the consumers.
  public var inventories: [InventoryUse]
  /// In order of their names.
  public var traits: [Trait]
  /// In order of their ids.
  public var aggregates: [AggregateID]

  /// A provider's record.
  public init(
    id: ProviderID, name: String, order: UInt64, generation: Int64 = 0, parent: ProviderID? = nil,
    root: ProviderID? = nil, inventories: [InventoryUse] = [], traits: [Trait] = [],
    aggregates: [AggregateID] = []
  ) {
    self.id = id
    self.name = name
    self.order = order
    self.generation = generation
    self.parent = parent
    self.root = root ?? id
    self.inventories = inventories
    self.traits = traits
    self.aggregates = aggregates
  }

  /// The inventory of a class with its use.
  public func inventory(of resource: ResourceClass) -> InventoryUse? {
    inventories.first { $0.inventory.resource == resource }
  }
}
