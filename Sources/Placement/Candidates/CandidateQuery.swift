// SPDX-License-Identifier: Apache-2.0

/// Whether granular groups may be served by the same provider.
public enum GroupPolicy: String, Sendable, Hashable, CaseIterable {
  /// They may.
  case none
  /// Each has a provider of its own.
  case isolate
}

/// A search for allocation candidates, as `GET /allocation_candidates` of Placement 1.39 describes it.
public struct CandidateQuery: Sendable, Hashable {
  /// Each suffix once.
  public var groups: [RequestGroup]
  /// How granular groups get on with each other.
  public var groupPolicy: GroupPolicy
  /// Traits that the root of the tree must have.
  public var rootRequired: [Trait]
  /// Traits that it must not have.
  public var rootForbidden: [Trait]
  /// Suffixes whose providers must all be below one of them, or be it.
  public var sameSubtrees: [[String]]
  /// At most so many candidates; nil for all.
  public var limit: Int?
  /// Whether a candidate may use several providers of one tree; before microversion 1.29 it may not.
  public var isNestedAware: Bool
  /// At most so many partial combinations of providers are looked at.
  public var budget: Int

  /// Enough for every request that a cloud of today makes; some 10 ms of one core.
  public static let defaultBudget = 100_000

  /// A search.
  public init(
    groups: [RequestGroup], groupPolicy: GroupPolicy = .none, rootRequired: [Trait] = [],
    rootForbidden: [Trait] = [], sameSubtrees: [[String]] = [], limit: Int? = nil,
    isNestedAware: Bool = true, budget: Int = CandidateQuery.defaultBudget
  ) {
    self.groups = groups
    self.groupPolicy = groupPolicy
    self.rootRequired = rootRequired
    self.rootForbidden = rootForbidden
    self.sameSubtrees = sameSubtrees
    self.limit = limit
    self.isNestedAware = isNestedAware
    self.budget = budget
  }
}
