// SPDX-License-Identifier: Apache-2.0

public import Base

extension Ledger {
  /// The ways in which a query can be served now, as `GET /allocation_candidates` of Placement 1.39
  /// finds them, in order of creation.
  ///
  /// - Throws: `invalid` for a query that is wrong in itself. What nobody has is no error: there are no
  ///   candidates then.
  public func candidates(for query: CandidateQuery) throws(LedgerError) -> Candidates {
    try query.validate()
    guard let compiled = CompiledQuery(query, in: self) else { return Candidates() }
    let search = CandidateSearch(compiled, in: self)
    return search.results(of: search.run())
  }

  /// Providers that serve a group each on its own, as `GET /resource_providers` filters them: trees in
  /// order of creation of their roots, within a tree by creation. The suffix does not matter.
  public func providers(matching group: RequestGroup) throws(LedgerError) -> [ProviderID] {
    try group.validate()
    try CandidateQuery(groups: [group]).checkNames()
    guard let compiled = CompiledGroup(group, in: self, isSearched: false) else { return [] }
    return roots.flatMap { root in
      providers[root].members.filter { compiled.isServed(by: providers[$0]) }
        .map { providers[$0].id }
    }
  }
}
