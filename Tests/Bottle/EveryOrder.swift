// SPDX-License-Identifier: Apache-2.0

@testable import Bottle

/// Tries every order of a few operations, one after the other, and remembers nothing: slow, and plainly
/// right.
struct EveryOrder {
  private let operations: [ClientOperation]
  private let restore: ClientHistory.Restore?

  /// At most one restore is understood.
  static func allows(_ history: ClientHistory) -> Bool {
    let orders = EveryOrder(operations: history.operations, restore: history.restores.first)
    let restores = history.restores.isEmpty ? 0 : 3
    return orders.goOn(
      from: .absent, left: Array(history.operations.indices), restoresLeft: restores, states: [])
  }

  /// - Parameter restoresLeft: 3 before the backup, 2 before the restore, 1 before nodes have told.
  private func goOn(
    from state: ServerModel, left: [Int], restoresLeft: Int, states: [ServerModel]
  ) -> Bool {
    if restoresLeft == 0, left.allSatisfy({ operations[$0].answer == nil }) { return true }
    for index in left where mayComeNext(index, left, restoresLeft) {
      let operation = operations[index]
      let next =
        operation.answer.map { state.after(operation.request, $0) }
        ?? state.after(operation.request)
      guard let next else { continue }
      let isRemembered = restoresLeft == 2
      if goOn(
        from: next, left: left.filter { $0 != index }, restoresLeft: restoresLeft,
        states: isRemembered ? states + [next] : states)
      {
        return true
      }
    }
    guard restoresLeft > 0, restoreMayComeNext(left, restoresLeft) else { return false }
    let choices =
      switch restoresLeft {
      case 3: [state]
      case 2: states
      default: states + [state]
      }
    return choices.contains {
      goOn(
        from: $0, left: left, restoresLeft: restoresLeft - 1,
        states: restoresLeft == 3 ? [state] : states)
    }
  }

  private func mayComeNext(_ index: Int, _ left: [Int], _ restoresLeft: Int) -> Bool {
    let asked = operations[index].askedOrder
    if let restore, restoresLeft > 0 {
      let due = [restore.settled, restore.at, restore.backup][restoresLeft - 1]
      if operations[index].asked > due { return false }
    }
    return left.allSatisfy { operations[$0].answeredOrder ?? .max > asked }
  }

  private func restoreMayComeNext(_ left: [Int], _ restoresLeft: Int) -> Bool {
    guard let restore else { return false }
    let due = [restore.at, restore.at, restore.backup][restoresLeft - 1]
    return left.allSatisfy { operations[$0].answered ?? due >= due }
  }
}
