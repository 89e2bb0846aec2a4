// SPDX-License-Identifier: Apache-2.0

extension Ledger {
  /// Replaces a provider's traits. The generation is bumped only if that changes any, as in Placement.
  ///
  /// - Parameter generation: what the writer believes the provider's to be; nil does not ask.
  @discardableResult
  public mutating func setTraits(of id: ProviderID, to names: [Trait], generation: Int64?)
    throws(LedgerError) -> LedgerChange
  {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    let names = try once(names, field: "traits", atMost: LedgerLimits.traits)
    guard names != providers[slot].traits.compactMap({ traits.name(of: $0) }).sorted() else {
      return LedgerChange()
    }
    let shared = sharedAggregates(of: slot)
    unlinkSharing(slot)
    changeProvider(slot) { ledger in
      let before = ledger.providers[slot].traits
      let after = names.map { name in
        ledger.traits.add(name, to: slot) { FactHash.name($0.rawValue) }
      }.sorted()
      for number in before where !after.holds(number) { ledger.traits.remove(number, from: slot) }
      ledger.providers[slot].traits = after
      ledger.providers[slot].isSharing = names.contains(.sharesViaAggregate)
      ledger.providers[slot].generation += 1
    }
    linkSharing(slot)
    return membershipChange(of: slot, sharedBefore: shared)
  }

  /// Replaces a provider's aggregates.
  ///
  /// - Parameters:
  ///   - generation: what the writer believes the provider's to be; nil does not ask.
  ///   - bumping: whether the generation counts this, as from microversion 1.19 on.
  @discardableResult
  public mutating func setAggregates(
    of id: ProviderID, to ids: [AggregateID], generation: Int64?, bumping: Bool = true
  ) throws(LedgerError) -> LedgerChange {
    let slot = try slot(of: id)
    try check(generation, ofProvider: slot)
    let ids = try once(ids, field: "aggregates", atMost: LedgerLimits.aggregates)
    let shared = sharedAggregates(of: slot)
    unlinkSharing(slot)
    changeProvider(slot) { ledger in
      let before = ledger.providers[slot].aggregates
      let after = ids.map { id in
        ledger.aggregates.add(id, to: slot) { FactHash.name("\($0)") }
      }.sorted()
      for number in before where !after.holds(number) {
        ledger.aggregates.remove(number, from: slot)
      }
      ledger.providers[slot].aggregates = after
      if bumping { ledger.providers[slot].generation += 1 }
    }
    linkSharing(slot)
    return membershipChange(of: slot, sharedBefore: shared)
  }

  /// The aggregates that a provider shares with; none if it does not share.
  func sharedAggregates(of slot: Int) -> [AggregateID] {
    guard providers[slot].isSharing else { return [] }
    return providers[slot].aggregates.compactMap { aggregates.name(of: $0) }.sorted()
  }

  /// Takes a provider out of the index of sharing providers.
  mutating func unlinkSharing(_ slot: Int) {
    guard providers[slot].isSharing else { return }
    for number in providers[slot].aggregates { sharing.remove(slot, from: number) }
  }

  private mutating func linkSharing(_ slot: Int) {
    guard providers[slot].isSharing else { return }
    for number in providers[slot].aggregates { sharing.add(slot, to: number) }
  }

  private func membershipChange(of slot: Int, sharedBefore before: [AggregateID]) -> LedgerChange {
    let after = sharedAggregates(of: slot)
    var change = change(of: [slot])
    change.resharedAggregates = Set(before).symmetricDifference(after).sorted()
    return change
  }

  /// The values in order, each once.
  private func once<Value: Hashable & Comparable>(
    _ values: [Value], field: String, atMost limit: Int
  ) throws(LedgerError) -> [Value] {
    guard values.count <= limit else {
      throw .invalid(field: field, value: "\(values.count) of them", allowed: "at most \(limit)")
    }
    return Set(values).sorted()
  }
}
