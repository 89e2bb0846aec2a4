// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Replaces all inventories of a provider and bumps its generation. Terms may fall below what is
  /// allocated; what is allocated must keep an inventory.
  ///
  /// - Parameter generation: what the writer believes the provider's to be; nil does not ask.
  @discardableResult
  public mutating func setInventories(
    of id: ProviderID, to inventories: [ProviderInventory], generation: Int64?
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    try checkInventories(inventories)
    let kept = Set(inventories.map(\.resource))
    let dropped = providers[slot].inventories.filter { row in
      row.used > 0 && classes.name(of: row.number).map { !kept.contains($0) } ?? false
    }
    guard dropped.isEmpty else {
      throw .inventoryInUse(id, dropped.compactMap { classes.name(of: $0.number) }.sorted())
    }
    return write(inventories, to: slot)
  }

  /// Adds an inventory of a class of which there is none, and bumps the generation.
  @discardableResult
  public mutating func addInventory(
    _ inventory: ProviderInventory, to id: ProviderID, generation: Int64?
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    guard row(of: inventory.resource, in: slot) == nil else {
      throw .duplicateInventory(id, inventory.resource)
    }
    let all = inventories(of: slot) + [inventory]
    try checkInventories(all)
    return write(all, to: slot)
  }

  /// Changes the terms of an inventory that there is, and bumps the generation.
  @discardableResult
  public mutating func updateInventory(
    _ inventory: ProviderInventory, of id: ProviderID, generation: Int64?
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    guard row(of: inventory.resource, in: slot) != nil else {
      throw .inventoryNotFound(id, inventory.resource)
    }
    try inventory.validate()
    let others = inventories(of: slot).filter { $0.resource != inventory.resource }
    return write(others + [inventory], to: slot)
  }

  /// Removes an inventory from which nothing is allocated, and bumps the generation.
  @discardableResult
  public mutating func removeInventory(
    of resource: ResourceClass, from id: ProviderID, generation: Int64? = nil
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    guard let row = row(of: resource, in: slot) else { throw .inventoryNotFound(id, resource) }
    guard providers[slot].inventories[row].used == 0 else {
      throw .inventoryInUse(id, [resource])
    }
    return write(inventories(of: slot).filter { $0.resource != resource }, to: slot)
  }

  /// Where a provider's inventory of a class is.
  func row(of resource: ResourceClass, in slot: Int) -> Int? {
    classes.number(of: resource).flatMap { providers[slot].row(of: $0) }
  }

  private func inventories(of slot: Int) -> [ProviderInventory] {
    providers[slot].inventories.map(\.terms)
  }

  private func checkInventories(_ inventories: [ProviderInventory]) throws(LedgerError) {
    guard inventories.count <= LedgerLimits.inventories else {
      throw .invalid(
        field: "inventories", value: "\(inventories.count) of them",
        allowed: "at most \(LedgerLimits.inventories)")
    }
    var seen: Set<ResourceClass> = []
    for inventory in inventories {
      try inventory.validate()
      guard seen.insert(inventory.resource).inserted else {
        throw .invalid(
          field: "inventories", value: "\(inventory.resource.rawValue) twice",
          allowed: "each class once")
      }
    }
  }

  /// Writes what was checked.
  mutating func write(_ inventories: [ProviderInventory], to slot: Int) -> LedgerChange {
    var overcommitted: [ResourceClass] = []
    changeProvider(slot) { ledger in
      let before = ledger.providers[slot].inventories
      var after: [InventoryRow] = []
      for terms in inventories {
        let number = ledger.classes.add(terms.resource, to: slot) { FactHash.name($0.rawValue) }
        let used = before.first { $0.number == number }?.used ?? 0
        let row = InventoryRow(number, terms, used: used)
        if Double(used) > row.capacity { overcommitted.append(terms.resource) }
        after.append(row)
      }
      for row in before where !after.contains(where: { $0.number == row.number }) {
        ledger.classes.remove(row.number, from: slot)
      }
      ledger.providers[slot].inventories = after.sorted { $0.number < $1.number }
      ledger.providers[slot].generation += 1
    }
    var change = change(of: [slot])
    change.overcommitted = overcommitted.sorted()
    return change
  }
}
