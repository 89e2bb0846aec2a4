// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Adds a provider with generation 0 and nothing in it.
  ///
  /// - Parameter parent: the provider above it; nil makes it the root of a tree of its own.
  @discardableResult
  public mutating func createProvider(_ id: ProviderID, name: String, parent: ProviderID? = nil)
    throws(LedgerError) -> LedgerChange
  {
    try create(
      ProviderRecord(id: id, name: name, order: nextOrder, generation: 0, parent: parent))
    return change(of: [try slot(of: id)])
  }

  /// Removes a provider that has neither children nor allocations.
  @discardableResult
  public mutating func deleteProvider(_ id: ProviderID) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    guard providers[slot].children.isEmpty else { throw .hasChildren(id) }
    guard providers[slot].consumers.isEmpty else { throw .providerInUse(id) }
    var change = change(of: [slot])
    change.resharedAggregates = sharedAggregates(of: slot)
    sum &-= digest(ofProvider: slot)
    unlinkSharing(slot)
    for row in providers[slot].inventories { classes.remove(row.number, from: slot) }
    for number in providers[slot].traits { traits.remove(number, from: slot) }
    for number in providers[slot].aggregates { aggregates.remove(number, from: slot) }
    leaveTree([slot])
    slots[id] = nil
    slotsByName[providers[slot].name] = nil
    providers.remove(slot)
    return change
  }

  /// Adds a bare provider with the record's id, name, order, generation and parent.
  mutating func create(_ record: ProviderRecord) throws(LedgerError) {
    try checkName(record.name)
    guard slots[record.id] == nil else { throw .duplicateProvider(record.id) }
    guard slotsByName[record.name] == nil else { throw .duplicateName(record.name) }
    var parent: Int?
    if let id = record.parent {
      guard id != record.id else { throw .loop(record.id, parent: id) }
      guard let found = slots[id] else { throw .parentNotFound(id) }
      try checkRoom(for: 1, ofHeight: 1, under: found)
      parent = found
    }
    let slot = providers.insert(
      ProviderSlot(
        id: record.id, name: record.name, order: record.order, generation: record.generation,
        parent: parent, root: 0))
    slots[record.id] = slot
    slotsByName[record.name] = slot
    nextOrder = max(nextOrder, record.order &+ 1)
    joinTree([slot])
    providers[slot].fixedDigest = fixedDigest(ofProvider: slot)
    sum &+= digest(ofProvider: slot)
  }

  /// A name must be a text of a length that Placement takes.
  func checkName(_ name: String) throws(LedgerError) {
    guard (1...LedgerLimits.nameLength).contains(name.count) else {
      throw .invalid(
        field: "name", value: "of \(name.count) characters",
        allowed: "1 to \(LedgerLimits.nameLength) characters")
    }
  }
}
