// SPDX-License-Identifier: Apache-2.0

import Base

/// An inventory in the ledger's own form.
struct InventoryRow: Sendable {
  /// The class's number.
  let number: Int
  var terms: ProviderInventory
  /// (total − reserved) × ratio, kept because every search asks for it.
  var capacity: Double
  var used: Int64

  init(_ number: Int, _ terms: ProviderInventory, used: Int64) {
    self.number = number
    self.terms = terms
    capacity = terms.capacity
    self.used = used
  }

  /// Whether it hands out this amount at all, however empty it is.
  func allows(unit amount: Int64) -> Bool {
    amount >= terms.minUnit && amount <= terms.maxUnit && amount % terms.stepSize == 0
  }

  /// Whether the amount is one that it hands out, and there is as much left.
  func fits(_ amount: Int64) -> Bool {
    allows(unit: amount) && Double(used + amount) <= capacity
  }
}

/// A provider in the ledger's own form: names are numbers, other providers are slots.
struct ProviderSlot: Sendable {
  let id: ProviderID
  var name: String
  let order: UInt64
  var generation: Int64
  var parent: Int?
  var root: Int
  /// In order of creation.
  var children: [Int] = []
  /// Of a root: every provider of its tree, itself too, in order of creation. Of others: none.
  var members: [Int] = []
  /// By ascending number of the class.
  var inventories: [InventoryRow] = []
  /// Numbers, ascending.
  var traits: [Int] = []
  /// Numbers, ascending.
  var aggregates: [Int] = []
  /// Slots of consumers that hold allocations of it, ascending.
  var consumers: [Int] = []
  /// Whether it has the trait that lets it share.
  var isSharing = false
  /// The part of its digest that a claim leaves alone.
  var fixedDigest: UInt128 = 0

  /// What lies in a slot that is not in use.
  static var vacant: ProviderSlot {
    ProviderSlot(id: .zero, name: "", order: 0, generation: 0, parent: nil, root: 0)
  }

  /// Where the inventory of a class is.
  func row(of number: Int) -> Int? {
    if inventories.count <= 8 { return inventories.firstIndex { $0.number == number } }
    var low = 0
    var high = inventories.count
    while low < high {
      let middle = (low + high) / 2
      if inventories[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < inventories.count && inventories[low].number == number ? low : nil
  }

  /// Whether there is an inventory of a class that has so much left and hands it out.
  func fits(_ amount: Int64, of number: Int) -> Bool {
    guard let row = row(of: number) else { return false }
    return inventories[row].fits(amount)
  }
}
