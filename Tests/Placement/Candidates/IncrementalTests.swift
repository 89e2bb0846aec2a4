// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

/// A ledger that has changed for long finds what one finds that was put together from its state: no
/// index, tree or slot that is used again remembers what was before.
struct IncrementalTests {
  @Test(arguments: 0..<8)
  func whatChangedFindsWhatIsNewFinds(part: UInt64) throws {
    var chance = SeededGenerator(seed: part)
    for seed in (part * 20)..<(part * 20 + 20) {
      let world = World(seed: seed)
      var ledger = try Ledger(restoring: world.providers, consumers: world.consumers)
      for step in 0..<40 {
        let other = World(seed: seed * 1000 + UInt64(step))
        change(&ledger, like: other, &chance)
        let rebuilt = try ledger.rebuilt()
        #expect(rebuilt.digest == ledger.digest, "seed \(seed), step \(step)")
        for query in [world.query, other.query] {
          let found = try ledger.candidates(for: query)
          #expect(try rebuilt.candidates(for: query) == found, "seed \(seed), step \(step)")
        }
        for provider in ledger.rootProviders {
          #expect(
            ledger.sharingProviders(serving: provider)
              == rebuilt.sharingProviders(serving: provider))
        }
      }
    }
  }

  @Test func whatAMutationTouchedIsAllThatChanged() throws {
    var chance = SeededGenerator(seed: 4)
    for seed in UInt64(0)..<60 {
      var ledger = Ledger()
      let world = World(seed: seed)
      for provider in world.providers {
        try ledger.createProvider(provider.id, name: provider.name)
      }
      for step in 0..<25 {
        let before = ledger
        let change = change(
          &ledger, like: World(seed: seed * 1000 + UInt64(step)), &chance)
        let ids = Set((before.allProviders + ledger.allProviders).map(\.id))
        for provider in ids where before.provider(provider) != ledger.provider(provider) {
          #expect(change.providers.contains(provider), "seed \(seed), step \(step)")
          let roots = [before, ledger].compactMap { $0.provider(provider)?.root }
          #expect(Set(roots).isSubset(of: change.roots), "seed \(seed), step \(step)")
        }
        expectReshared(before, ledger, change)
      }
    }
  }

  /// Trees that other sharing providers serve than before must be touched themselves or have a provider
  /// in an aggregate that was reshared.
  private func expectReshared(_ before: Ledger, _ after: Ledger, _ change: LedgerChange) {
    for root in after.rootProviders where !change.roots.contains(root) {
      guard before.sharingProviders(serving: root) != after.sharingProviders(serving: root) else {
        continue
      }
      let aggregates = Set(after.tree(of: root).flatMap(\.aggregates))
      #expect(!aggregates.isDisjoint(with: change.resharedAggregates))
    }
  }

  /// One change of any kind towards another world.
  @discardableResult
  private func change(
    _ ledger: inout Ledger, like world: World, _ chance: inout SeededGenerator
  ) -> LedgerChange {
    guard let model = world.providers.randomElement(using: &chance) else { return LedgerChange() }
    let change: LedgerChange?
    switch chance.number(0...6) {
    case 0:
      change = try? ledger.setInventories(
        of: model.id, to: model.inventories.map(\.inventory), generation: nil)
    case 1: change = try? ledger.setTraits(of: model.id, to: model.traits, generation: nil)
    case 2: change = try? ledger.setAggregates(of: model.id, to: model.aggregates, generation: nil)
    case 3: change = try? ledger.deleteProvider(model.id)
    case 4:
      change = try? ledger.createProvider(model.id, name: model.name, parent: model.parent)
    case 5: change = try? ledger.updateProvider(model.id, name: model.name, parent: model.parent)
    default:
      let writes = world.consumers.map { consumer in
        AllocationWrite(
          consumer.id, generation: .any, project: "p", user: "u",
          allocations: consumer.allocations)
      }
      change = try? ledger.replaceAllocations(writes)
    }
    return change ?? LedgerChange()
  }
}
