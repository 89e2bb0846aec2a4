// SPDX-License-Identifier: Apache-2.0

import Placement

/// A small state and a query, to be judged in two ways.
struct World: Sendable {
  var providers: [ProviderRecord]
  var consumers: [ConsumerRecord]
  var query: CandidateQuery

  /// What the ledger finds.
  func found() throws -> Candidates {
    try Ledger(restoring: providers, consumers: consumers).candidates(for: query)
  }

  /// What is held of a provider's class.
  func used(_ provider: ProviderID, _ resource: ResourceClass) -> Int64 {
    consumers.flatMap(\.allocations)
      .filter { $0.provider == provider && $0.resource == resource }
      .reduce(0) { $0 + $1.amount }
  }

  func provider(_ id: ProviderID) -> ProviderRecord? { providers.first { $0.id == id } }

  /// The provider and all above it, the root last.
  func ancestry(of provider: ProviderRecord) -> [ProviderRecord] {
    guard let parent = provider.parent.flatMap({ self.provider($0) }) else { return [provider] }
    return [provider] + ancestry(of: parent)
  }

  func root(of provider: ProviderRecord) -> ProviderID {
    ancestry(of: provider).last?.id ?? provider.id
  }
}

/// A candidate without its order.
struct PlainRequest: Hashable {
  var allocations: Set<Allocation>
  var mappings: Set<GroupMapping>

  init(allocations: Set<Allocation>, mappings: Set<GroupMapping>) {
    self.allocations = allocations
    self.mappings = mappings
  }

  init(_ request: AllocationRequest) {
    allocations = Set(request.allocations)
    mappings = Set(
      request.mappings.map {
        GroupMapping(suffix: $0.suffix, providers: $0.providers.sorted())
      })
  }
}
