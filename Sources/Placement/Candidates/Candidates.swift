// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a search found.
public struct Candidates: Sendable, Hashable {
  /// In order of the creation of the trees' roots, within a tree of the providers'.
  public internal(set) var requests: [AllocationRequest] = []
  /// Every provider of each tree that a request takes something from, trees by creation of their roots.
  public internal(set) var summaries: [ProviderSummary] = []
  /// How many partial combinations of providers were looked at.
  public internal(set) var examined = 0
  /// Whether the budget was used up before the search was over: there may be more candidates, even
  /// where there is none here.
  public internal(set) var isCut = false
}

/// One way to serve a query: what to write as a consumer's allocations.
public struct AllocationRequest: Sendable, Hashable {
  /// The root of the tree that it was found for. Sharing providers may serve all of it.
  public let anchor: ProviderID
  /// What is taken of whom: per provider in order of creation, then in the order of the query.
  public let allocations: [Allocation]
  /// Who serves which group, in the order of the query.
  public let mappings: [GroupMapping]
}

/// Who serves a group.
public struct GroupMapping: Sendable, Hashable {
  /// The group.
  public let suffix: String
  /// In order of creation; one for a granular group.
  public let providers: [ProviderID]

  /// Providers of a group.
  public init(suffix: String, providers: [ProviderID]) {
    self.suffix = suffix
    self.providers = providers
  }
}

/// What a provider has, for those who choose between candidates.
public struct ProviderSummary: Sendable, Hashable {
  /// One class.
  public struct Resource: Sendable, Hashable {
    /// The class.
    public let resource: ResourceClass
    /// What may be promised in all, rounded down.
    public let capacity: Int64
    /// What is allocated.
    public let used: Int64

    /// A class of a provider.
    public init(resource: ResourceClass, capacity: Int64, used: Int64) {
      self.resource = resource
      self.capacity = capacity
      self.used = used
    }
  }

  /// The provider.
  public let provider: ProviderID
  /// The root of its tree.
  public let root: ProviderID
  /// The provider above it.
  public let parent: ProviderID?
  /// In order of the classes' names.
  public let resources: [Resource]
  /// In order of their names.
  public let traits: [Trait]

  /// A summary.
  public init(
    provider: ProviderID, root: ProviderID, parent: ProviderID?, resources: [Resource],
    traits: [Trait]
  ) {
    self.provider = provider
    self.root = root
    self.parent = parent
    self.resources = resources
    self.traits = traits
  }
}
