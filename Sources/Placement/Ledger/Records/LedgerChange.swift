// SPDX-License-Identifier: Apache-2.0

/// What a mutation touched, for those who keep something derived from the ledger.
public struct LedgerChange: Sendable, Hashable {
  /// Providers whose terms, use, traits, aggregates, generation or place in a tree changed, that are
  /// new or that are gone; in order of creation.
  public internal(set) var providers: [ProviderID] = []
  /// The roots of the trees they are in or were in, in the same order, each once.
  public internal(set) var roots: [ProviderID] = []
  /// Aggregates that a sharing provider joined or left. Trees with a provider in one of them may be
  /// served by other sharing providers than before.
  public internal(set) var resharedAggregates: [AggregateID] = []
  /// Inventories of which more is allocated than there is since this change.
  public internal(set) var overcommitted: [ResourceClass] = []

  /// Nothing touched.
  public init() {}
}
