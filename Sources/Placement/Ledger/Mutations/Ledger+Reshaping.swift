// SPDX-License-Identifier: Apache-2.0

public import Base

/// All inventories that a provider is to have from now on.
public struct InventoryWrite: Sendable, Hashable {
  /// The provider.
  public var provider: ProviderID
  /// What the writer believes its generation to be.
  public var generation: Int64
  /// All of them.
  public var inventories: [ProviderInventory]

  /// A write for one provider.
  public init(_ provider: ProviderID, generation: Int64, inventories: [ProviderInventory]) {
    self.provider = provider
    self.generation = generation
    self.inventories = inventories
  }
}

extension Ledger {
  /// Changes inventories and allocations together, all or nothing, as `POST /reshaper` does: inventories
  /// may go whose allocations move elsewhere in the same step.
  ///
  /// As in Placement, generations count the steps on the way: what is new is added to what there was,
  /// allocations are replaced, and what is to go is taken away.
  @discardableResult
  public mutating func reshape(_ inventories: [InventoryWrite], _ writes: [AllocationWrite])
    throws(LedgerError) -> LedgerChange
  {
    var next = self
    for write in inventories {
      try next.check(write.generation, ofProvider: try next.slot(of: write.provider))
    }
    var touched: [Int] = []
    for write in inventories where !write.inventories.isEmpty {
      let slot = try next.slot(of: write.provider)
      let new = Set(write.inventories.map(\.resource))
      let kept = next.providers[slot].inventories.map(\.terms).filter {
        !new.contains($0.resource)
      }
      try next.setInventories(
        of: write.provider, to: kept + write.inventories, generation: nil)
    }
    let allocated = try next.replaceAllocations(writes)
    for id in allocated.providers { touched.insertSorted(try next.slot(of: id)) }
    var overcommitted: [ResourceClass] = []
    for write in inventories {
      let change = try next.setInventories(
        of: write.provider, to: write.inventories, generation: nil)
      touched.insertSorted(try next.slot(of: write.provider))
      overcommitted += change.overcommitted
    }
    var change = next.change(of: touched)
    change.overcommitted = Set(overcommitted).sorted()
    self = next
    return change
  }
}
