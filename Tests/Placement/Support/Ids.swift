// SPDX-License-Identifier: Apache-2.0

import Base
import Placement

/// An id that ends in a number.
func id<Tag>(_ number: Int) -> Identifier<Tag> {
  let high = UInt8(truncatingIfNeeded: number >> 8)
  let low = UInt8(truncatingIfNeeded: number)
  return Identifier(uuidBytes: [UInt8](repeating: 0, count: 14) + [high, low]) ?? .zero
}

/// A trait whose name is right.
func trait(_ name: String) -> Trait { Trait(rawValue: name) ?? .sharesViaAggregate }

/// An operator's own class.
func custom(_ name: String) -> ResourceClass {
  ResourceClass(rawValue: "CUSTOM_" + name) ?? .vcpu
}

extension AllocationWrite {
  /// A write for a consumer whose generation does not matter.
  init(_ consumer: Int, _ allocations: [Allocation], _ generation: ExpectedGeneration = .any) {
    self.init(
      id(consumer), generation: generation, type: "INSTANCE", project: "project", user: "user",
      allocations: allocations)
  }
}

extension Ledger {
  /// A provider named for its number, with all that a test gives it.
  mutating func add(
    _ number: Int, under parent: Int? = nil, _ inventories: [ProviderInventory] = [],
    traits: [Trait] = [], aggregates: [Int] = []
  ) throws(LedgerError) {
    try createProvider(id(number), name: "p\(number)", parent: parent.map { id($0) })
    try setInventories(of: id(number), to: inventories, generation: nil)
    try setTraits(of: id(number), to: traits, generation: nil)
    try setAggregates(of: id(number), to: aggregates.map { id($0) }, generation: nil)
  }

  /// The state as a store would keep it, put together again in another order.
  func rebuilt() throws(LedgerError) -> Ledger {
    try Ledger(
      restoring: allProviders.reversed(), consumers: allConsumers.reversed())
  }
}
