// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// A provider, if it exists.
  public func provider(_ id: ProviderID) -> ProviderRecord? {
    slots[id].map { record(of: $0) }
  }

  /// The provider with a name.
  public func provider(named name: String) -> ProviderRecord? {
    slotsByName[name].map { record(of: $0) }
  }

  /// Every provider: the trees in order of creation of their roots, within a tree by creation.
  public var allProviders: [ProviderRecord] {
    roots.flatMap { providers[$0].members.map { record(of: $0) } }
  }

  /// The roots of all trees in order of creation.
  public var rootProviders: [ProviderID] { roots.map { providers[$0].id } }

  /// All providers of the tree that a provider is in, by creation.
  public func tree(of id: ProviderID) -> [ProviderRecord] {
    guard let slot = slots[id] else { return [] }
    return providers[providers[slot].root].members.map { record(of: $0) }
  }

  /// How many providers the tree has that a provider is in; 0 for one that does not exist.
  public func treeSize(of id: ProviderID) -> Int {
    guard let slot = slots[id] else { return 0 }
    return providers[providers[slot].root].members.count
  }

  /// Sharing providers outside of a provider's tree that serve it: each has an aggregate in common with
  /// one of the tree's providers.
  public func sharingProviders(serving id: ProviderID) -> [ProviderID] {
    guard let slot = slots[id] else { return [] }
    return sharers(of: providers[slot].root).map { providers[$0].id }
  }

  /// Whether nothing but a tree's one provider can serve a request there: it has no children and no
  /// sharing provider serves it.
  public func isAlone(_ id: ProviderID) -> Bool {
    guard let slot = slots[id] else { return false }
    return providers[providers[slot].root].members.count == 1
      && sharers(of: providers[slot].root).isEmpty
  }

  /// Providers with a trait, in order of creation.
  public func providers(with trait: Trait) -> [ProviderID] {
    bearers(of: traits.number(of: trait), in: traits)
  }

  /// Providers of an aggregate, in order of creation.
  public func providers(in aggregate: AggregateID) -> [ProviderID] {
    bearers(of: aggregates.number(of: aggregate), in: aggregates)
  }

  /// Providers with an inventory of a class, in order of creation.
  public func providers(with resource: ResourceClass) -> [ProviderID] {
    bearers(of: classes.number(of: resource), in: classes)
  }

  private func bearers<Name>(of number: Int?, in index: NameIndex<Name>) -> [ProviderID] {
    guard let number else { return [] }
    return ordered(index.bearers(of: number)).map { providers[$0].id }
  }

  /// Sharing providers from other trees that serve a root's tree, in order of creation.
  func sharers(of root: Int) -> [Int] {
    guard !sharing.isEmpty else { return [] }
    var found: [Int] = []
    for member in providers[root].members {
      for aggregate in providers[member].aggregates {
        for sharer in sharing.sharers(in: aggregate) where providers[sharer].root != root {
          found.insertSorted(sharer)
        }
      }
    }
    return found.count > 1 ? ordered(found) : found
  }

  /// A slot as a record.
  func record(of slot: Int) -> ProviderRecord {
    let provider = providers[slot]
    return ProviderRecord(
      id: provider.id, name: provider.name, order: provider.order, generation: provider.generation,
      parent: provider.parent.map { providers[$0].id }, root: providers[provider.root].id,
      inventories: provider.inventories.map { InventoryUse($0.terms, used: $0.used) }
        .sorted { $0.inventory.resource < $1.inventory.resource },
      traits: provider.traits.compactMap { traits.name(of: $0) }.sorted(),
      aggregates: provider.aggregates.compactMap { aggregates.name(of: $0) }.sorted())
  }
}
