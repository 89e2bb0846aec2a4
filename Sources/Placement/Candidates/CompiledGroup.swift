// SPDX-License-Identifier: Apache-2.0

/// An amount with its class's number.
struct WantedAmount {
  let number: Int
  let resource: ResourceClass
  let amount: Int64
}

/// A request group in the ledger's own numbers.
struct CompiledGroup {
  let suffix: String
  let isGranular: Bool
  let resources: [WantedAmount]
  /// Ascending numbers.
  let required: [[Int]]
  let forbidden: [Int]
  let memberOf: [[Int]]
  let forbiddenAggregates: [Int]
  /// The only root whose tree will do.
  private(set) var root: Int?

  /// Nil if no provider can serve it: nobody has a class, a trait, an aggregate or the tree that it
  /// names.
  init?(_ group: RequestGroup, in ledger: Ledger) {
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

  /// The group as one of a search for candidates. As in Placement, a group without resources must say
  /// something of its provider, and is not bound to a tree.
  func forSearch() -> CompiledGroup? {
    guard resources.isEmpty else { return self }
    guard !required.isEmpty || !memberOf.isEmpty else { return nil }
    var unbound = self
    unbound.root = nil
    return unbound
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
