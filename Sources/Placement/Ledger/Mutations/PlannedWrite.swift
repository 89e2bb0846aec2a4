// SPDX-License-Identifier: Apache-2.0

/// A write that was checked on its own.
struct PlannedWrite {
  let write: AllocationWrite
  /// The consumer's slot, if it exists.
  let consumer: Int?
  /// What it is to hold.
  let rows: [AllocationRow]
}

/// What a set of writes gives back and takes of one inventory.
struct Balance {
  let slot: Int
  /// The class's number.
  let number: Int
  var released: Int64 = 0
  var taken: Int64 = 0
}

extension Ledger {
  /// What the writes give back and take, one entry per allocation; entries of one inventory are summed
  /// once they lie beside each other.
  func balance(of planned: [PlannedWrite]) throws(LedgerError) -> [Balance] {
    var balance: [Balance] = []
    for plan in planned {
      if let consumer = plan.consumer {
        for row in consumers[consumer].allocations {
          balance.append(Balance(slot: row.slot, number: row.number, released: row.amount))
        }
      }
      for row in plan.rows {
        balance.append(Balance(slot: row.slot, number: row.number, taken: row.amount))
      }
    }
    return balance
  }

  /// Sums a sorted balance per inventory, and sees that each fits.
  func checkCapacity(_ balance: inout [Balance]) throws(LedgerError) {
    var summed: [Balance] = []
    for entry in balance {
      if let last = summed.last, last.slot == entry.slot, last.number == entry.number {
        summed[summed.count - 1].released += entry.released
        summed[summed.count - 1].taken += entry.taken
      } else {
        summed.append(entry)
      }
    }
    for entry in summed where entry.taken > 0 {
      guard let row = providers[entry.slot].row(of: entry.number) else { continue }
      let inventory = providers[entry.slot].inventories[row]
      let used = inventory.used - entry.released + entry.taken
      guard Double(used) > inventory.capacity, used > inventory.used else {
        continue
      }
      throw .capacityExceeded(
        providers[entry.slot].id, inventory.terms.resource, wanted: entry.taken,
        used: inventory.used - entry.released, capacity: inventory.capacity)
    }
    balance = summed
  }

  /// Writes what was checked; nothing here can fail.
  mutating func carryOut(_ planned: [PlannedWrite], _ balance: [Balance]) -> LedgerChange {
    var touched: [Int] = []
    for entry in balance where touched.last != entry.slot { touched.append(entry.slot) }
    for slot in touched { sum &-= digest(ofProvider: slot) }
    for slot in bumped(by: planned) { providers[slot].generation += 1 }
    for entry in balance { use(entry.slot, entry.number, by: entry.taken - entry.released) }
    for plan in planned { carryOut(plan) }
    for slot in touched { sum &+= digest(ofProvider: slot) }
    return change(of: touched)
  }

  /// Providers whose generation the writes raise.
  private func bumped(by planned: [PlannedWrite]) -> [Int] {
    var slots: [Int] = []
    for plan in planned {
      let held = plan.consumer.map { consumers[$0].allocations } ?? []
      for row in plan.rows.isEmpty ? held : plan.rows { slots.insertSorted(row.slot) }
    }
    return slots
  }

  private mutating func carryOut(_ plan: PlannedWrite) {
    guard !plan.rows.isEmpty else {
      if let slot = plan.consumer { forget(slot) }
      return
    }
    let write = plan.write
    let slot: Int
    if let known = plan.consumer {
      slot = known
      sum &-= digest(ofConsumer: slot)
      for row in consumers[slot].allocations { providers[row.slot].consumers.removeSorted(slot) }
    } else {
      slot = consumers.insert(
        ConsumerSlot(
          id: write.consumer, generation: 0, type: nil, project: "", user: "", allocations: []))
      consumerSlots[write.consumer] = slot
    }
    consumers[slot].generation += 1
    consumers[slot].type = write.type ?? consumers[slot].type
    consumers[slot].project = write.project
    consumers[slot].user = write.user
    consumers[slot].allocations = plan.rows
    for row in plan.rows { providers[row.slot].consumers.insertSorted(slot) }
    sum &+= digest(ofConsumer: slot)
  }

  /// Changes the use of an inventory.
  mutating func use(_ slot: Int, _ number: Int, by difference: Int64) {
    guard let row = providers[slot].row(of: number) else { return }
    providers[slot].inventories[row].used += difference
  }

  /// Removes a consumer.
  mutating func forget(_ slot: Int) {
    sum &-= digest(ofConsumer: slot)
    for row in consumers[slot].allocations { providers[row.slot].consumers.removeSorted(slot) }
    consumerSlots[consumers[slot].id] = nil
    consumers.remove(slot)
  }
}
