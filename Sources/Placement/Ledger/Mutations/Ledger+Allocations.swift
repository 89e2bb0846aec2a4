// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Replaces all that these consumers hold, of all of them or of none.
  ///
  /// Amounts must be ones that the inventories hand out, and the sums must fit beside what others hold.
  /// What lowers the use of an over-full inventory is taken all the same. As in Placement, the
  /// generation of each provider that is named goes up by one, for a consumer that gives everything
  /// back those of the providers it held; and each consumer's. A consumer that holds nothing any more is
  /// forgotten.
  @discardableResult
  public mutating func replaceAllocations(_ writes: [AllocationWrite])
    throws(LedgerError) -> LedgerChange
  {
    let planned = try plan(writes)
    var balance = try balance(of: planned)
    balance.sort { ($0.slot, $0.number) < ($1.slot, $1.number) }
    try checkCapacity(&balance)
    return carryOut(planned, balance)
  }

  /// Takes everything from a consumer, as DELETE does: no provider's generation counts that.
  @discardableResult
  public mutating func release(_ consumer: ConsumerID) throws(LedgerError) -> LedgerChange {
    guard let slot = consumerSlots[consumer] else { throw .consumerNotFound(consumer) }
    let held = consumers[slot].allocations
    var touched: [Int] = []
    for row in held { touched.insertSorted(row.slot) }
    for provider in touched { sum &-= digest(ofProvider: provider) }
    for row in held { use(row.slot, row.number, by: -row.amount) }
    forget(slot)
    for provider in touched { sum &+= digest(ofProvider: provider) }
    return change(of: touched)
  }

  /// What each write comes to in the ledger's own form.
  private func plan(_ writes: [AllocationWrite]) throws(LedgerError) -> [PlannedWrite] {
    guard writes.count <= LedgerLimits.consumers else {
      throw .invalid(
        field: "consumers", value: "\(writes.count) of them",
        allowed: "at most \(LedgerLimits.consumers)")
    }
    var seen: Set<ConsumerID> = []
    var planned: [PlannedWrite] = []
    planned.reserveCapacity(writes.count)
    for write in writes {
      guard writes.count == 1 || seen.insert(write.consumer).inserted else {
        throw .invalid(
          field: "consumer", value: "\(write.consumer) twice", allowed: "each consumer once")
      }
      let consumer = consumerSlots[write.consumer]
      try check(write, against: consumer)
      planned.append(PlannedWrite(write: write, consumer: consumer, rows: try rows(of: write)))
    }
    return planned
  }

  private func check(_ write: AllocationWrite, against slot: Int?) throws(LedgerError) {
    let actual = slot.map { consumers[$0].generation }
    switch write.generation {
    case .any: break
    case .absent:
      guard actual == nil else {
        throw .concurrentUpdate(.consumer(write.consumer), expected: nil, actual: actual)
      }
    case .exactly(let generation):
      guard actual == generation else {
        throw .concurrentUpdate(.consumer(write.consumer), expected: generation, actual: actual)
      }
    }
    let length = 1...LedgerLimits.textLength
    for (field, text) in [("project_id", write.project), ("user_id", write.user)]
    where !length.contains(text.count) {
      throw .invalid(
        field: field, value: "of \(text.count) characters",
        allowed: "1 to \(LedgerLimits.textLength) characters")
    }
    if let type = write.type, !isUpperName(type) {
      throw .invalid(field: "consumer_type", value: type, allowed: Trait.rule)
    }
  }

  /// A write's allocations, by slot and class, each checked against its inventory's units.
  private func rows(of write: AllocationWrite) throws(LedgerError) -> [AllocationRow] {
    guard write.allocations.count <= LedgerLimits.allocations else {
      throw .invalid(
        field: "allocations", value: "\(write.allocations.count) of them",
        allowed: "at most \(LedgerLimits.allocations)")
    }
    var rows: [AllocationRow] = []
    rows.reserveCapacity(write.allocations.count)
    for wanted in write.allocations {
      let slot = try slot(of: wanted.provider)
      guard wanted.amount >= 1 else {
        throw .invalid(
          field: "allocations.\(wanted.provider).resources.\(wanted.resource.rawValue)",
          value: "\(wanted.amount)", allowed: "an integer from 1 on")
      }
      guard let row = row(of: wanted.resource, in: slot) else {
        throw .inventoryNotFound(wanted.provider, wanted.resource)
      }
      let inventory = providers[slot].inventories[row]
      guard inventory.allows(unit: wanted.amount) else {
        throw .unitRefused(
          wanted.provider, wanted.resource, amount: wanted.amount, inventory.terms)
      }
      rows.append(AllocationRow(slot: slot, number: inventory.number, amount: wanted.amount))
    }
    rows.sort { ($0.slot, $0.number) < ($1.slot, $1.number) }
    for (left, right) in zip(rows, rows.dropFirst())
    where left.slot == right.slot && left.number == right.number {
      throw .invalid(
        field: "allocations",
        value: "\(classes.name(of: left.number)?.rawValue ?? "") of "
          + "\(providers[left.slot].id) twice",
        allowed: "each class of a provider once")
    }
    return rows
  }
}
