// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Rebuilds a ledger from what a store kept, in whatever order it comes. Use is counted from the
  /// consumers; more may be allocated than there is, as after an inventory shrank.
  ///
  /// - Throws: for what no ledger can hold: ids, names or orders that come twice, parents that do not
  ///   exist or go round, terms out of their ranges, allocations without an inventory.
  public init(restoring records: [ProviderRecord], consumers: [ConsumerRecord])
    throws(LedgerError)
  {
    self.init()
    let records = records.sorted { $0.order < $1.order }
    for (left, right) in zip(records, records.dropFirst()) where left.order == right.order {
      throw .invalid(
        field: "order", value: "\(right.order) for \(left.id) and \(right.id)",
        allowed: "each number once")
    }
    // A parent may be younger than its child, if it got it later.
    var orphans: [ProviderRecord] = []
    for record in records {
      if let parent = record.parent, slots[parent] == nil {
        orphans.append(record)
        var bare = record
        bare.parent = nil
        try create(bare)
      } else {
        try create(record)
      }
    }
    for record in orphans {
      try updateProvider(record.id, name: record.name, parent: record.parent)
    }
    for record in records {
      try setInventories(of: record.id, to: record.inventories.map(\.inventory), generation: nil)
      try setTraits(of: record.id, to: record.traits, generation: nil)
      try setAggregates(of: record.id, to: record.aggregates, generation: nil)
    }
    for consumer in consumers { try restore(consumer) }
    for record in records {
      let slot = try slot(of: record.id)
      changeProvider(slot) { $0.providers[slot].generation = record.generation }
    }
  }

  /// Puts a consumer back with its generation, whether it fits or not.
  private mutating func restore(_ record: ConsumerRecord) throws(LedgerError) {
    guard consumerSlots[record.id] == nil else {
      throw .invalid(
        field: "consumer", value: "\(record.id) twice", allowed: "each consumer once")
    }
    guard !record.allocations.isEmpty else { throw .consumerNotFound(record.id) }
    var rows: [AllocationRow] = []
    for allocation in record.allocations {
      let slot = try slot(of: allocation.provider)
      guard allocation.amount >= 1, allocation.amount <= LedgerLimits.maximumAmount else {
        throw .invalid(
          field: "amount", value: "\(allocation.amount)",
          allowed: "an integer from 1 to \(LedgerLimits.maximumAmount)")
      }
      guard let row = row(of: allocation.resource, in: slot) else {
        throw .inventoryNotFound(allocation.provider, allocation.resource)
      }
      rows.append(
        AllocationRow(
          slot: slot, number: providers[slot].inventories[row].number, amount: allocation.amount))
    }
    rows.sort { ($0.slot, $0.number) < ($1.slot, $1.number) }
    for (left, right) in zip(rows, rows.dropFirst())
    where left.slot == right.slot && left.number == right.number {
      throw .invalid(
        field: "allocations", value: "a class of \(providers[left.slot].id) twice",
        allowed: "each class of a provider once")
    }
    put(
      ConsumerSlot(
        id: record.id, generation: record.generation, type: record.type,
        project: record.project, user: record.user, allocations: rows))
  }

  private mutating func put(_ consumer: ConsumerSlot) {
    let slot = consumers.insert(consumer)
    consumerSlots[consumer.id] = slot
    for row in consumer.allocations {
      sum &-= digest(ofProvider: row.slot)
      use(row.slot, row.number, by: row.amount)
      providers[row.slot].consumers.insertSorted(slot)
      sum &+= digest(ofProvider: row.slot)
    }
    sum &+= digest(ofConsumer: slot)
  }
}
