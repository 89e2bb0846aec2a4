// SPDX-License-Identifier: Apache-2.0

/// Finds the few of many operations on one server that contradict each other.
struct Contradiction {
  let restores: [ClientHistory.Restore]
  let budget: Int

  func verdict(_ operations: [ClientOperation]) -> Linearization.Verdict {
    Linearization.verdict(on: KeyHistory(operations, restores: restores), budget: budget)
  }

  /// Those of the operations, which contradict each other, whose answers do: to forget one more
  /// answer, or all that came later, resolves it. By when they were answered.
  func essence(of operations: [ClientOperation]) -> [ClientOperation] {
    var operations = upToTheFirst(operations.sorted { $0.askedOrder < $1.askedOrder })
    // Late ones first: what came early is mostly needed to understand what came late.
    for place in operations.indices.reversed() {
      var weaker = operations
      weaker[place].forgetAnswer()
      if verdict(weaker) == .impossible { operations = weaker }
    }
    return operations.filter { $0.answer != nil }
      .sorted { ($0.answeredOrder ?? 0) < ($1.answeredOrder ?? 0) }
  }

  /// What was known when the first answer came that can't be right.
  private func upToTheFirst(_ operations: [ClientOperation]) -> [ClientOperation] {
    let orders = operations.compactMap(\.answeredOrder).sorted()
    func known(at order: Int) -> [ClientOperation] {
      operations.filter { $0.askedOrder < order }.map { operation in
        var operation = operation
        if operation.answeredOrder ?? .max > order { operation.forgetAnswer() }
        return operation
      }
    }
    var low = 0
    var high = orders.count - 1
    while low < high {
      let middle = (low + high) / 2
      if verdict(known(at: orders[middle])) == .impossible {
        high = middle
      } else {
        low = middle + 1
      }
    }
    let first = orders.indices.contains(high) ? known(at: orders[high]) : operations
    // Where the budget got in the way, all of them are better than too few.
    return verdict(first) == .impossible ? first : operations
  }
}

extension ClientOperation {
  /// As if nothing had been heard: it may have been done or not.
  fileprivate mutating func forgetAnswer() {
    answer = nil
    answered = nil
    answeredOrder = nil
  }
}
