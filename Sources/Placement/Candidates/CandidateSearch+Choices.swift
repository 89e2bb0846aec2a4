// SPDX-License-Identifier: Apache-2.0

extension CandidateSearch {
  /// Finds for each level who could serve it in a root's tree; false as soon as nobody could.
  func fillChoices(in root: Int, _ state: inout SearchState) -> Bool {
    let sharers = sharers(of: root)
    for level in query.levels.indices {
      state.choices[level].removeAll(keepingCapacity: true)
      let current = query.levels[level]
      let group = query.groups[current.group]
      if group.isGranular {
        fill(&state.choices[level], with: group, in: root, sharers)
      } else if let wanted = current.amounts.first {
        fill(&state.choices[level], with: group, wanted, in: root, sharers)
      }
      if state.choices[level].isEmpty { return false }
    }
    return true
  }

  /// One provider for all of a granular group.
  private func fill(
    _ choices: inout [Int], with group: CompiledGroup, in root: Int, _ sharers: [Int]
  ) {
    for slot in providers[root].members where group.isServed(by: providers[slot]) {
      choices.append(slot)
    }
    for slot in sharers where group.isServed(by: providers[slot]) {
      choices.append(slot)
    }
  }

  /// A provider for one class of the group without a suffix. Aggregates of a root count for its whole
  /// tree; a sharing provider must be in those that are required itself.
  private func fill(
    _ choices: inout [Int], with group: CompiledGroup, _ wanted: WantedAmount, in root: Int,
    _ sharers: [Int]
  ) {
    if let only = group.root, only != root { return }
    if !group.forbiddenAggregates.isEmpty,
      providers[root].aggregates.meets(group.forbiddenAggregates)
    {
      return
    }
    let isRootMember = group.memberOf.isEmpty || group.isMember(providers[root])
    for slot in providers[root].members where serves(slot, wanted, of: group) {
      if isRootMember || group.isMember(providers[slot]) { choices.append(slot) }
    }
    guard group.root == nil else { return }
    for slot in sharers where serves(slot, wanted, of: group) {
      if group.isMember(providers[slot]) { choices.append(slot) }
    }
  }

  private func serves(_ slot: Int, _ wanted: WantedAmount, of group: CompiledGroup) -> Bool {
    guard providers[slot].fits(wanted.amount, of: wanted.number) else { return false }
    return !providers[slot].traits.meets(group.forbidden)
      && !providers[slot].aggregates.meets(group.forbiddenAggregates)
  }

  /// Whether what was chosen up to a level holds together: the traits of the group without a suffix
  /// once all of it is chosen, and subtrees of which all are chosen.
  func holdsTogether(_ level: Int, _ chosen: [Int]) -> Bool {
    let current = query.levels[level]
    if current.endsGroup {
      let group = query.groups[current.group]
      for list in group.required {
        let isMet = chosen.contains { providers[$0].traits.meets(list) }
        if !isMet { return false }
      }
    }
    return current.subtrees.allSatisfy { levels in
      levels.contains { top in
        levels.allSatisfy { isAncestor(chosen[top], of: chosen[$0]) }
      }
    }
  }

  /// Whether a provider is another or above it.
  private func isAncestor(_ ancestor: Int, of slot: Int) -> Bool {
    var current = slot
    while current != ancestor {
      guard let parent = providers[current].parent else { return false }
      current = parent
    }
    return true
  }
}
