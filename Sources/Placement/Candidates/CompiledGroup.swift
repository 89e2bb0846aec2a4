// SPDX-License-Identifier: Apache-2.0

/// An amount with its class's number.
struct WantedAmount {
  let number: Int
  let resource: ResourceClass
  let amount: Int64
}

/// A request group in the ledger's own numbers. It never changes; as an object it is at hand without
/// copying all of its lists.
final class CompiledGroup: Sendable {
  let suffix: String
  let isGranular: Bool
  let resources: [WantedAmount]
  /// Ascending numbers.
  let required: [[Int]]
  let forbidden: [Int]
  let memberOf: [[Int]]
  let forbiddenAggregates: [Int]
  /// The only root whose tree will do.
  let root: Int?

  /// Nil if no provider can serve it: nobody has a class, a trait, an aggregate or the tree that it
  /// names.
  ///
  /// - Parameter isSearched: whether it is one of a search for candidates. There, as in Placement, a
  ///   group without resources must say something of its provider, and is not bound to a tree.
  init?(_ group: RequestGroup, in ledger: Ledger, isSearched: Bool) {
    var resources: [WantedAmount] = []
    for wanted in group.resources {
      guard let number = ledger.classes.number(of: wanted.resource) else { return nil }
      resources.append(
        WantedAmount(number: number, resource: wanted.resource, amount: wanted.amount))
    }
    let required = group.required.map { Self.numbers($0, in: ledger.traits) }
    let memberOf = group.memberOf.map { Self.numbers($0, in: ledger.aggregates) }
    guard !required.contains(where: \.isEmpty), !memberOf.contains(where: \.isEmpty) else {
      return nil
    }
    var root: Int?
    if let tree = group.inTree {
      guard let slot = ledger.slots[tree] else { return nil }
      root = ledger.providers[slot].root
    }
    if isSearched, resources.isEmpty {
      guard !required.isEmpty || !memberOf.isEmpty else { return nil }
      root = nil
    }
    suffix = group.suffix
    isGranular = !group.suffix.isEmpty
    self.resources = resources
    self.required = required
    forbidden = Self.numbers(group.forbidden, in: ledger.traits)
    self.memberOf = memberOf
    forbiddenAggregates = Self.numbers(group.forbiddenAggregates, in: ledger.aggregates)
    self.root = root
  }

  private static func numbers<Name>(_ names: [Name], in index: NameIndex<Name>) -> [Int] {
    Set(names).compactMap { index.number(of: $0) }.sorted()
  }

  /// Whether a provider is in an aggregate of each list.
  func isMember(_ provider: ProviderSlot) -> Bool {
    memberOf.allSatisfy { provider.aggregates.meets($0) }
  }

  /// Whether a provider has a trait of each list.
  func hasRequired(_ provider: ProviderSlot) -> Bool {
    required.allSatisfy { provider.traits.meets($0) }
  }

  /// Whether a provider serves the group all by itself, as a granular one wants it.
  func isServed(by provider: ProviderSlot) -> Bool {
    if let root, provider.root != root { return false }
    for wanted in resources where !provider.fits(wanted.amount, of: wanted.number) { return false }
    return hasRequired(provider) && !provider.traits.meets(forbidden) && isMember(provider)
      && !provider.aggregates.meets(forbiddenAggregates)
  }
}
