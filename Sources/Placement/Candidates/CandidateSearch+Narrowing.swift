// SPDX-License-Identifier: Apache-2.0

extension CandidateSearch {
  /// The roots of the trees that can have candidates, where an index names much fewer than there are;
  /// else nil. In order of creation.
  func narrowedRoots() -> [Int]? {
    var fewest: [Int]?
    var most = ledger.roots.count / 8
    func consider(_ slots: [Int]) {
      if slots.count <= most {
        fewest = slots
        most = slots.count
      }
    }
    for group in query.groups {
      if let root = group.root {
        // A sharing provider of the tree may serve a granular group in another.
        let members = providers[root].members
        if !group.isGranular || !members.contains(where: { providers[$0].isSharing }) {
          consider([root])
        }
      }
      for wanted in group.resources {
        considerBearers(ledger.classes.bearers(of: wanted.number), consider)
      }
      for list in group.required {
        considerBearers(list.flatMap { ledger.traits.bearers(of: $0) }, consider)
      }
      for list in group.memberOf {
        considerBearers(list.flatMap { ledger.aggregates.bearers(of: $0) }, consider)
      }
    }
    for number in query.rootRequired { consider(ledger.traits.bearers(of: number)) }
    return fewest.map { slots in
      var roots = slots.map { providers[$0].root }
      roots.sort { providers[$0].order < providers[$1].order }
      var once: [Int] = []
      for root in roots where once.last != root { once.append(root) }
      return once
    }
  }

  /// One of these providers must be in the tree, unless one of them shares: that could be anywhere.
  private func considerBearers(_ slots: [Int], _ consider: ([Int]) -> Void) {
    guard slots.count <= ledger.roots.count / 8,
      !slots.contains(where: { providers[$0].isSharing })
    else { return }
    consider(slots)
  }
}
