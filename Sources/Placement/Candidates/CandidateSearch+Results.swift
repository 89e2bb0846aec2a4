// SPDX-License-Identifier: Apache-2.0

import Base

extension CandidateSearch {
  /// Keeps a complete choice, unless another tree had the same: sharing providers alone can serve many.
  func record(_ root: Int, _ state: inout SearchState) {
    if !query.isNestedAware, takesTwiceFromATree(state.taken) { return }
    if state.chosen.allSatisfy({ providers[$0].isSharing }) {
      guard state.seen.insert(state.chosen).inserted else { return }
    }
    state.found.append((root, state.chosen))
  }

  /// Whether two providers of one tree give something.
  private func takesTwiceFromATree(_ taken: [AllocationRow]) -> Bool {
    for (place, row) in taken.enumerated() {
      let root = providers[row.slot].root
      for other in taken[..<place] where other.slot != row.slot {
        if providers[other.slot].root == root { return true }
      }
    }
    return false
  }

  /// What was found, by ids and names.
  func results(of state: SearchState) -> Candidates {
    var candidates = Candidates()
    candidates.examined = state.examined
    candidates.isCut = state.isCut
    var trees: [Int] = []
    var givers: [Int] = []
    for (root, chosen) in state.found {
      candidates.requests.append(request(root, chosen))
      for (level, slot) in zip(query.levels, chosen) where !level.amounts.isEmpty {
        givers.insertSorted(slot)
        trees.insertSorted(providers[slot].root)
      }
    }
    for root in ledger.ordered(trees) {
      for slot in providers[root].members where query.isNestedAware || givers.holds(slot) {
        candidates.summaries.append(summary(of: slot))
      }
    }
    return candidates
  }

  private func request(_ root: Int, _ chosen: [Int]) -> AllocationRequest {
    var rows: [(slot: Int, resource: ResourceClass, amount: Int64)] = []
    var mappings = query.groups.map { (suffix: $0.suffix, slots: [Int]()) }
    for (level, slot) in zip(query.levels, chosen) {
      if !mappings[level.group].slots.contains(slot) { mappings[level.group].slots.append(slot) }
      for wanted in level.amounts {
        if let row = rows.firstIndex(where: { $0.slot == slot && $0.resource == wanted.resource }) {
          rows[row].amount += wanted.amount
        } else {
          rows.append((slot, wanted.resource, wanted.amount))
        }
      }
    }
    var givers: [Int] = []
    for row in rows where !givers.contains(row.slot) { givers.append(row.slot) }
    let providers = providers
    return AllocationRequest(
      anchor: providers[root].id,
      allocations: ledger.ordered(givers).flatMap { slot in
        rows.filter { $0.slot == slot }
          .map { Allocation(providers[slot].id, $0.resource, $0.amount) }
      },
      mappings: mappings.map { mapping in
        GroupMapping(
          suffix: mapping.suffix,
          providers: ledger.ordered(mapping.slots).map { providers[$0].id })
      })
  }

  private func summary(of slot: Int) -> ProviderSummary {
    let provider = providers[slot]
    return ProviderSummary(
      provider: provider.id, root: providers[provider.root].id,
      parent: provider.parent.map { providers[$0].id },
      resources: provider.inventories.map { row in
        ProviderSummary.Resource(
          resource: row.terms.resource, capacity: whole(row.capacity), used: row.used)
      }.sorted { $0.resource < $1.resource },
      traits: provider.traits.compactMap { ledger.traits.name(of: $0) }.sorted())
  }
}

/// A capacity rounded down; ratios can make it larger than any integer here.
private func whole(_ capacity: Double) -> Int64 {
  capacity < 0x1p63 ? Int64(capacity) : .max
}
