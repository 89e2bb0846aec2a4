// SPDX-License-Identifier: Apache-2.0

/// Resource providers, what they have, and who holds what of it: OpenStack Placement's model and rules
/// as a value.
///
/// Every mutation happens whole or, when it throws, not at all. Lookups by id are at the edges only;
/// inside, providers and names are small numbers, and everything that is gone through is an array in a
/// fixed order, so that equal ledgers decide alike.
public struct Ledger: Sendable {
  var providers = SlotTable(vacant: ProviderSlot.vacant)
  var consumers = SlotTable(vacant: ConsumerSlot.vacant)
  var slots: [ProviderID: Int] = [:]
  var slotsByName: [String: Int] = [:]
  var consumerSlots: [ConsumerID: Int] = [:]
  /// Slots of roots in order of creation.
  var roots: [Int] = []
  var classes = NameIndex<ResourceClass>()
  var traits = NameIndex<Trait>()
  var aggregates = NameIndex<AggregateID>()
  var sharing = SharingIndex()
  /// The order of the next provider.
  var nextOrder: UInt64 = 0
  /// The sum of all facts.
  var sum: UInt128 = 0

  /// A ledger without providers.
  public init() {}

  /// How many providers there are.
  public var providerCount: Int { slots.count }

  /// How many trees they make.
  public var treeCount: Int { roots.count }

  /// How many consumers hold something.
  public var consumerCount: Int { consumerSlots.count }

  /// A sum over every fact of the state, whatever the order in which they came: two ledgers with the
  /// same providers, terms, use, consumers and generations have the same digest.
  public var digest: UInt128 { sum }

  /// A provider's slot.
  func slot(of id: ProviderID) throws(LedgerError) -> Int {
    guard let slot = slots[id] else { throw .providerNotFound(id) }
    return slot
  }

  /// Slots in order of creation.
  func ordered(_ unordered: [Int]) -> [Int] {
    guard unordered.count > 1 else { return unordered }
    let providers = providers.elements
    return unordered.sorted { providers[$0].order < providers[$1].order }
  }

  /// Where a slot belongs among slots in order of creation.
  func place(of slot: Int, in ordered: [Int]) -> Int {
    let providers = providers.elements
    let order = providers[slot].order
    var low = 0
    var high = ordered.count
    while low < high {
      let middle = (low + high) / 2
      if providers[ordered[middle]].order < order { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What a mutation that touched these providers reports.
  func change(of touched: [Int]) -> LedgerChange {
    var change = LedgerChange()
    let providers = providers.elements
    change.providers = ordered(touched).map { providers[$0].id }
    change.roots = rootIDs(of: touched)
    return change
  }

  /// The roots of these providers' trees, each once, in order of creation.
  func rootIDs(of touched: [Int]) -> [ProviderID] {
    let providers = providers.elements
    var found: [Int] = []
    for slot in touched { found.insertSorted(providers[slot].root) }
    return ordered(found).map { providers[$0].id }
  }
}
