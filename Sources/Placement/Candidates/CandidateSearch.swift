// SPDX-License-Identifier: Apache-2.0

/// How far a search has got.
struct SearchState {
  /// For each level who could serve it in the tree at hand.
  var choices: [[Int]]
  /// For each level up to the current one who serves it.
  var chosen: [Int] = []
  /// What the chosen ones give so far.
  var taken: [AllocationRow] = []
  /// What was found, as the chosen provider of each level.
  var found: [(root: Int, chosen: [Int])] = []
  /// Found choices that more than one tree can have.
  var seen: Set<[Int]> = []
  var examined = 0
  var isCut = false
}

/// A search: trees in order of creation of their roots, and in each every way to choose a provider for
/// each level, cut off as soon as a choice can't be part of a candidate.
///
/// What does not change is kept apart from the state, so that nothing of it is ever copied.
struct CandidateSearch {
  let ledger: Ledger
  let query: CompiledQuery
  /// The ledger's, at hand: taken out of it for each look, it would be counted as in use each time.
  let providers: [ProviderSlot]
  private let hasSharers: Bool

  init(_ query: CompiledQuery, in ledger: Ledger) {
    self.ledger = ledger
    self.query = query
    providers = ledger.providers.elements
    hasSharers = !ledger.sharing.isEmpty
  }

  /// Sharing providers from other trees that serve a root's tree.
  func sharers(of root: Int) -> [Int] { hasSharers ? ledger.sharers(of: root) : [] }

  /// Goes through the trees that can have candidates at all.
  func run() -> SearchState {
    var state = SearchState(choices: Array(repeating: [], count: query.levels.count))
    for root in narrowedRoots() ?? ledger.roots {
      visit(root, &state)
      if isOver(state) { break }
    }
    return state
  }

  private func isOver(_ state: SearchState) -> Bool {
    state.isCut || state.found.count >= query.limit
  }

  private func visit(_ root: Int, _ state: inout SearchState) {
    if !query.rootRequired.isEmpty || !query.rootForbidden.isEmpty {
      let traits = providers[root].traits
      guard query.rootRequired.allSatisfy({ traits.holds($0) }),
        !traits.meets(query.rootForbidden)
      else { return }
    }
    guard fillChoices(in: root, &state) else { return }
    descend(0, root, &state)
  }

  /// Chooses a provider for a level and all after it.
  private func descend(_ level: Int, _ root: Int, _ state: inout SearchState) {
    guard level < query.levels.count else {
      record(root, &state)
      return
    }
    for place in state.choices[level].indices {
      let slot = state.choices[level][place]
      guard state.examined < query.budget else {
        state.isCut = true
        return
      }
      state.examined += 1
      guard isRoom(for: slot, at: level, state) else { continue }
      let before = state.taken.count
      state.chosen.append(slot)
      for wanted in query.levels[level].amounts {
        state.taken.append(AllocationRow(slot: slot, number: wanted.number, amount: wanted.amount))
      }
      if holdsTogether(level, state.chosen) { descend(level + 1, root, &state) }
      state.chosen.removeLast()
      state.taken.removeLast(state.taken.count - before)
      if isOver(state) { return }
    }
  }

  /// Whether a provider can serve a level beside what was chosen before: not twice where groups are
  /// isolated, and with room and in units for the sum of what is taken of it.
  private func isRoom(for slot: Int, at level: Int, _ state: SearchState) -> Bool {
    let current = query.levels[level]
    let mustBeAlone = query.isIsolating && query.groups[current.group].isGranular
    var isTaken = false
    for earlier in 0..<level where state.chosen[earlier] == slot {
      if mustBeAlone, query.groups[query.levels[earlier].group].isGranular { return false }
      isTaken = true
    }
    return !isTaken || current.amounts.allSatisfy { isRoom(for: $0, on: slot, beside: state.taken) }
  }

  private func isRoom(for wanted: WantedAmount, on slot: Int, beside taken: [AllocationRow])
    -> Bool
  {
    var sum = wanted.amount
    for row in taken where row.slot == slot && row.number == wanted.number { sum += row.amount }
    guard sum > wanted.amount, let row = providers[slot].row(of: wanted.number) else {
      return true
    }
    let inventory = providers[slot].inventories[row]
    return sum <= inventory.terms.maxUnit && Double(inventory.used + sum) <= inventory.capacity
  }
}
