// SPDX-License-Identifier: Apache-2.0

public import Base

/// One group of a search for allocation candidates: what must come from the same place.
///
/// The group without a suffix may be served by several providers of a tree, and by sharing providers;
/// one with a suffix by exactly one provider (a granular group).
public struct RequestGroup: Sendable, Hashable {
  /// Empty, or 1 to 64 letters, digits, _ and -.
  public var suffix: String
  /// At most one amount per class. A granular group may ask for none, if a `same_subtree` names it.
  public var resources: [ResourceAmount]
  /// Of each list at least one trait must be there: of a granular group's provider, or of any of those
  /// that serve the group without a suffix.
  public var required: [[Trait]]
  /// Traits that no provider that serves the group may have.
  public var forbidden: [Trait]
  /// Of each list the provider must be in at least one aggregate. For the group without a suffix the
  /// root of its tree may be in it instead.
  public var memberOf: [[AggregateID]]
  /// Aggregates that the provider must not be in; for the group without a suffix, nor the root.
  public var forbiddenAggregates: [AggregateID]
  /// A provider in whose tree the group's resources must be.
  public var inTree: ProviderID?

  /// A group.
  public init(
    suffix: String = "", resources: [ResourceAmount], required: [[Trait]] = [],
    forbidden: [Trait] = [], memberOf: [[AggregateID]] = [],
    forbiddenAggregates: [AggregateID] = [], inTree: ProviderID? = nil
  ) {
    self.suffix = suffix
    self.resources = resources
    self.required = required
    self.forbidden = forbidden
    self.memberOf = memberOf
    self.forbiddenAggregates = forbiddenAggregates
    self.inTree = inTree
  }
}
