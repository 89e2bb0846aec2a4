// SPDX-License-Identifier: Apache-2.0

/// A search in progress: trees in order of creation of their roots, and in each every way to choose a
/// provider for each level, cut off as soon as a choice can't be part of a candidate.
struct CandidateSearch {
  let ledger: Ledger
  let query: CompiledQuery
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

  init(_ query: CompiledQuery, in ledger: Ledger) {
    self.ledger = ledger
    self.query = query
    choices = Array(repeating: [], count: query.levels.count)
  }

  private var isOver: Bool { isCut || found.count >= query.limit }

  /// Goes through the trees that can have candidates at all.
  mutating func run() {
    guard let narrowed = narrowedRoots() else {
      for root in ledger.roots {
        visit(root)
        if isOver { return }
      }
      return
    }
    for root in narrowed {
      visit(root)
      if isOver { return }
    }
  }

  private mutating func visit(_ root: Int) {
    if !query.rootRequired.isEmpty || !query.rootForbidden.isEmpty {
      let traits = ledger.providers[root].traits
      guard query.rootRequired.allSatisfy({ traits.holds($0) }),
        !traits.meets(query.rootForbidden)
      else { return }
    }
    guard fillChoices(in: root) else { return }
    descend(0, root)
  }

  /// Chooses a provider for a level and all after it.
  private mutating func descend(_ level: Int, _ root: Int) {
    guard level < query.levels.count else {
      record(root)
      return
    }
    for place in choices[level].indices {
      let slot = choices[level][place]
      guard examined < query.budget else {
        isCut = true
        return
      }
      examined += 1
      guard isRoom(for: slot, at: level) else { continue }
      let before = taken.count
      chosen.append(slot)
      for wanted in query.levels[level].amounts {
        taken.append(AllocationRow(slot: slot, number: wanted.number, amount: wanted.amount))
      }
      if holdsTogether(level) { descend(level + 1, root) }
      chosen.removeLast()
      taken.removeLast(taken.count - before)
      if isOver { return }
    }
  }

  /// Whether a provider can serve a level beside what was chosen before: not twice where groups are
  /// isolated, and with room and in units for the sum of what is taken of it.
  private func isRoom(for slot: Int, at level: Int) -> Bool {
    let current = query.levels[level]
    let mustBeAlone = query.isIsolating && query.groups[current.group].isGranular
    var isTaken = false
    for earlier in 0..<level where chosen[earlier] == slot {
      if mustBeAlone, query.groups[query.levels[earlier].group].isGranular { return false }
      isTaken = true
    }
    return !isTaken || current.amounts.allSatisfy { isRoom(for: $0, on: slot) }
  }

  private func isRoom(for wanted: WantedAmount, on slot: Int) -> Bool {
    var sum = wanted.amount
    for row in taken where row.slot == slot && row.number == wanted.number { sum += row.amount }
    guard sum > wanted.amount, let row = ledger.providers[slot].row(of: wanted.number) else {
      return true
    }
    let inventory = ledger.providers[slot].inventories[row]
    return sum <= inventory.terms.maxUnit && Double(inventory.used + sum) <= inventory.capacity
  }
}
