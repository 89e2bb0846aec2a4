// SPDX-License-Identifier: Apache-2.0

import Placement

/// What a ledger must be worth after any steps, kept as plainly as can be: who holds what, and the terms.
struct LedgerModel {
  struct Key: Hashable {
    var provider: ProviderID
    var resource: ResourceClass
  }

  var terms: [Key: ProviderInventory] = [:]
  var held: [ConsumerID: [Allocation]] = [:]
  /// Inventories that a change of terms left with more allocated than there is.
  var overfull: Set<Key> = []

  func used(_ key: Key) -> Int64 {
    held.values.joined().filter { $0.provider == key.provider && $0.resource == key.resource }
      .reduce(0) { $0 + $1.amount }
  }

  private func capacity(_ key: Key) -> Double { terms[key]?.capacity ?? 0 }

  private func isOver(_ key: Key) -> Bool { Double(used(key)) > capacity(key) }

  /// Whether the rules let these writes through.
  func allows(_ writes: [AllocationWrite]) -> Bool {
    var after = self
    for write in writes { after.held[write.consumer] = write.allocations }
    for allocation in writes.flatMap(\.allocations) {
      let key = Key(provider: allocation.provider, resource: allocation.resource)
      guard let terms = terms[key], allocation.amount >= terms.minUnit,
        allocation.amount <= terms.maxUnit, allocation.amount.isMultiple(of: terms.stepSize)
      else { return false }
      if after.isOver(key), after.used(key) > used(key) { return false }
    }
    return true
  }

  mutating func write(_ writes: [AllocationWrite]) {
    for write in writes {
      held[write.consumer] = write.allocations.isEmpty ? nil : write.allocations
    }
    settle()
  }

  mutating func release(_ consumer: ConsumerID) {
    held[consumer] = nil
    settle()
  }

  mutating func set(_ inventories: [ProviderInventory], of provider: ProviderID) {
    terms = terms.filter { $0.key.provider != provider }
    for inventory in inventories {
      let key = Key(provider: provider, resource: inventory.resource)
      terms[key] = inventory
      if isOver(key) { overfull.insert(key) }
    }
    settle()
  }

  /// What is not over-full any more must not become so again by itself.
  private mutating func settle() { overfull = overfull.filter { isOver($0) } }

  /// What is wrong with the ledger.
  func faults(of ledger: Ledger) -> [String] {
    var faults: [String] = []
    var seen = 0
    for provider in ledger.allProviders {
      for row in provider.inventories {
        let key = Key(provider: provider.id, resource: row.inventory.resource)
        seen += 1
        if row.used != used(key) { faults.append("\(key) counts \(row.used), not \(used(key))") }
        if row.inventory != terms[key] { faults.append("\(key) has other terms") }
        if Double(row.used) > row.inventory.capacity, !overfull.contains(key) {
          faults.append("\(key) is over-committed: \(row.used)")
        }
      }
    }
    if seen != terms.count { faults.append("\(seen) inventories, not \(terms.count)") }
    let consumers = Dictionary(
      uniqueKeysWithValues: ledger.allConsumers.map { ($0.id, Set($0.allocations)) })
    if consumers != held.mapValues(Set.init) { faults.append("other consumers") }
    return faults
  }
}
