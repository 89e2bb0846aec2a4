// SPDX-License-Identifier: Apache-2.0

/// One choice of a search: who serves a granular group, or one class of the group without a suffix.
struct SearchLevel {
  /// The group's place in the query.
  let group: Int
  /// What its provider gives.
  let amounts: [WantedAmount]
  /// Whether it is the last choice for the group without a suffix, whose providers must then have the
  /// traits together.
  let endsGroup: Bool
  /// Levels, up to this one, whose providers must be in one subtree.
  let subtrees: [[Int]]
}

/// A query in the ledger's own numbers.
struct CompiledQuery {
  let groups: [CompiledGroup]
  let levels: [SearchLevel]
  let isIsolating: Bool
  let rootRequired: [Int]
  let rootForbidden: [Int]
  let limit: Int
  let isNestedAware: Bool
  let budget: Int

  /// Nil if the ledger can't have a candidate.
  init?(_ query: CandidateQuery, in ledger: Ledger) {
    // The group without a suffix first: its choices are the narrowest.
    let ordered = query.groups.filter(\.suffix.isEmpty) + query.groups.filter { !$0.suffix.isEmpty }
    var groups: [CompiledGroup] = []
    for group in ordered {
      guard let compiled = CompiledGroup(group, in: ledger, isSearched: true) else {
        return nil
      }
      groups.append(compiled)
    }
    var rootRequired: [Int] = []
    for trait in query.rootRequired {
      guard let number = ledger.traits.number(of: trait) else { return nil }
      rootRequired.append(number)
    }
    self.groups = groups
    levels = Self.levels(of: groups, query.sameSubtrees)
    isIsolating = query.groupPolicy == .isolate
    self.rootRequired = rootRequired
    rootForbidden = query.rootForbidden.compactMap { ledger.traits.number(of: $0) }.sorted()
    limit = query.limit ?? .max
    isNestedAware = query.isNestedAware
    budget = query.budget
  }

  private static func levels(of groups: [CompiledGroup], _ subtrees: [[String]]) -> [SearchLevel] {
    var choices: [(group: Int, amounts: [WantedAmount], endsGroup: Bool)] = []
    for (number, group) in groups.enumerated() {
      if group.isGranular {
        choices.append((number, group.resources, false))
      } else {
        for (place, wanted) in group.resources.enumerated() {
          choices.append((number, [wanted], place == group.resources.count - 1))
        }
      }
    }
    let members = subtrees.map { suffixes in
      choices.indices.filter { suffixes.contains(groups[choices[$0].group].suffix) }
    }
    return choices.enumerated().map { place, choice in
      SearchLevel(
        group: choice.group, amounts: choice.amounts, endsGroup: choice.endsGroup,
        subtrees: members.filter { $0.last == place && $0.count > 1 })
    }
  }
}
