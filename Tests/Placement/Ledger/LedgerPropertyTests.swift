// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

/// Any order of claims, releases and changes of terms: nothing is over-committed that a change of terms
/// did not leave so, use is the sum of what is held, and the digest is that of the state.
struct LedgerPropertyTests {
  private static let classes: [ResourceClass] = [.vcpu, .memoryMB, custom("GOLD")]
  private static let providers = 1...5
  private static let consumers = 50...57

  @Test(arguments: 0..<60)
  func noOrderOfStepsBreaksTheLedger(seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    var ledger = Ledger()
    var model = LedgerModel()
    for number in Self.providers { try ledger.add(number) }
    var refused = 0
    for step in 0..<150 {
      let before = ledger.digest
      if !take(step, &ledger, &model, &chance) {
        refused += 1
        #expect(ledger.digest == before, "seed \(seed), step \(step)")
      }
      let faults = model.faults(of: ledger)
      #expect(faults.isEmpty, "seed \(seed), step \(step)")
      guard faults.isEmpty else { return }
      if step % 10 == 9 {
        #expect(try shuffled(ledger, &chance).digest == ledger.digest, "seed \(seed)")
      }
    }
    // Both ways must have been gone.
    #expect(refused > 10 && refused < 140)
  }

  /// Takes a step; false if the ledger refused it, as the model must have said.
  private func take(
    _ step: Int, _ ledger: inout Ledger, _ model: inout LedgerModel,
    _ chance: inout SeededGenerator
  ) -> Bool {
    switch chance.number(0...9) {
    case 0...5: return write(&ledger, &model, &chance)
    case 6:
      let consumer: ConsumerID = id(chance.number(Self.consumers))
      let isHolding = model.held[consumer] != nil
      let isDone = (try? ledger.release(consumer)) != nil
      #expect(isDone == isHolding)
      model.release(consumer)
      return isDone
    case 7, 8: return setInventories(&ledger, &model, &chance)
    default:
      let number = chance.number(Self.providers)
      let parent = chance.happens(40) ? nil : chance.number(Self.providers)
      return
        (try? ledger.updateProvider(
          id(number), name: "p\(number)-\(step)", parent: parent.map { id($0) })) != nil
    }
  }

  private func write(
    _ ledger: inout Ledger, _ model: inout LedgerModel, _ chance: inout SeededGenerator
  ) -> Bool {
    var writes: [AllocationWrite] = []
    for consumer in chance.some(of: Array(Self.consumers), 15) {
      var allocations: [Allocation] = []
      if let held = model.held[id(consumer)], chance.happens(30) {
        // A little less of the same: allowed however full it is.
        allocations = held
        for place in held.indices where held[place].amount > 1 { allocations[place].amount -= 1 }
      }
      for provider in allocations.isEmpty ? chance.some(of: Array(Self.providers), 30) : [] {
        for resource in chance.some(of: Self.classes, 40) {
          allocations.append(Allocation(id(provider), resource, Int64(chance.number(1...4))))
        }
      }
      let generation = ledger.consumer(id(consumer))?.generation
      writes.append(
        AllocationWrite(consumer, allocations, generation.map { .exactly($0) } ?? .absent))
    }
    let isAllowed = model.allows(writes)
    let isDone = (try? ledger.replaceAllocations(writes)) != nil
    #expect(isDone == isAllowed)
    if isDone { model.write(writes) }
    return isDone
  }

  private func setInventories(
    _ ledger: inout Ledger, _ model: inout LedgerModel, _ chance: inout SeededGenerator
  ) -> Bool {
    let provider: ProviderID = id(chance.number(Self.providers))
    var inventories: [ProviderInventory] = []
    for resource in chance.some(of: Self.classes, 85) {
      inventories.append(
        ProviderInventory(
          resource, total: Int64(chance.number(2...20)), reserved: Int64(chance.number(0...2)),
          allocationRatio: [0.5, 1, 1, 1.5, 4][chance.number(0...4)],
          maxUnit: Int64(chance.number(2...4)), stepSize: chance.happens(80) ? 1 : 2))
    }
    let kept = Set(inventories.map(\.resource))
    let isAllowed = Self.classes.allSatisfy {
      kept.contains($0) || model.used(.init(provider: provider, resource: $0)) == 0
    }
    let isDone = (try? ledger.setInventories(of: provider, to: inventories, generation: nil)) != nil
    #expect(isDone == isAllowed)
    if isDone { model.set(inventories, of: provider) }
    return isDone
  }

  private func shuffled(_ ledger: Ledger, _ chance: inout SeededGenerator) throws -> Ledger {
    try Ledger(
      restoring: ledger.allProviders.shuffled(using: &chance),
      consumers: ledger.allConsumers.shuffled(using: &chance))
  }
}
