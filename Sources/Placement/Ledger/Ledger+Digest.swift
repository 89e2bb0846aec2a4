// SPDX-License-Identifier: Apache-2.0

import Base

/// The kinds of facts.
private enum Fact {
  static let provider: UInt64 = 1
  static let generation: UInt64 = 2
  static let inventory: UInt64 = 3
  static let use: UInt64 = 4
  static let trait: UInt64 = 5
  static let aggregate: UInt64 = 6
  static let consumer: UInt64 = 7
  static let allocation: UInt64 = 8
}

extension Ledger {
  /// All that is known of a provider, as a part of the digest's sum. The sum is without this part while
  /// the provider changes.
  func digest(ofProvider slot: Int) -> UInt128 {
    var hash = FactHash(Fact.generation)
    hash.add(providers[slot].id)
    hash.add(providers[slot].generation)
    var digest = providers[slot].fixedDigest &+ hash.value
    for row in providers[slot].inventories {
      var hash = FactHash(Fact.use)
      hash.add(providers[slot].id)
      hash.add(classes.hash(of: row.number))
      hash.add(row.used)
      digest &+= hash.value
    }
    return digest
  }

  /// What a claim leaves alone: to be stored in the slot whenever one of it changed.
  func fixedDigest(ofProvider slot: Int) -> UInt128 {
    let provider = providers[slot]
    var hash = FactHash(Fact.provider)
    hash.add(provider.id)
    hash.add(provider.name)
    hash.add(provider.order)
    hash.add(provider.parent.map { providers[$0].id } ?? .zero)
    var digest = hash.value
    for row in provider.inventories {
      var hash = FactHash(Fact.inventory)
      hash.add(provider.id)
      hash.add(classes.hash(of: row.number))
      for number in [
        row.terms.total, row.terms.reserved, row.terms.minUnit, row.terms.maxUnit,
        row.terms.stepSize,
      ] {
        hash.add(number)
      }
      hash.add(row.terms.allocationRatio.bitPattern)
      digest &+= hash.value
    }
    for (kind, hashes) in [
      (Fact.trait, provider.traits.map { traits.hash(of: $0) }),
      (Fact.aggregate, provider.aggregates.map { aggregates.hash(of: $0) }),
    ] {
      for name in hashes {
        var hash = FactHash(kind)
        hash.add(provider.id)
        hash.add(name)
        digest &+= hash.value
      }
    }
    return digest
  }

  /// All that is known of a consumer, likewise.
  func digest(ofConsumer slot: Int) -> UInt128 {
    let consumer = consumers[slot]
    var hash = FactHash(Fact.consumer)
    hash.add(consumer.id)
    hash.add(consumer.generation)
    hash.add(consumer.type ?? "")
    hash.add(consumer.project)
    hash.add(consumer.user)
    var digest = hash.value
    for row in consumer.allocations {
      var hash = FactHash(Fact.allocation)
      hash.add(consumer.id)
      hash.add(providers[row.slot].id)
      hash.add(classes.hash(of: row.number))
      hash.add(row.amount)
      digest &+= hash.value
    }
    return digest
  }
}
