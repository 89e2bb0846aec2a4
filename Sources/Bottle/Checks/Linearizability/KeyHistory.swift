// SPDX-License-Identifier: Apache-2.0

/// The operations on one server, with the restores between them, made ready for the search.
struct KeyHistory {
  /// What must be put in order. By when it began.
  private(set) var required: [Item] = []
  /// Requests without an answer: each may have taken effect since it was asked, or not. By when they
  /// were asked.
  private(set) var optional: [(request: ClientRequest, began: Moment)] = []
  /// How many restores there are.
  let restoreCount: Int

  /// Something that took effect at one moment between two.
  struct Item {
    let action: Action
    let began: Moment
    let ended: Moment
  }

  /// What took effect.
  enum Action {
    case operation(ClientRequest, ClientAnswer)
    /// From here on states are remembered for the restore with this number.
    case backup(Int)
    /// The state becomes one of those remembered.
    case restore(Int)
    /// The state becomes one of those remembered or stays as it is, and they are forgotten.
    case settle(Int)
  }

  /// A place in the order of what happened.
  struct Moment: Hashable, Comparable {
    let time: Duration
    /// Tells apart what happened within one microsecond.
    let order: Int

    static func < (left: Self, right: Self) -> Bool {
      (left.time, left.order) < (right.time, right.order)
    }

    static func start(of time: Duration) -> Self { Self(time: time, order: .min) }
    static func end(of time: Duration) -> Self { Self(time: time, order: .max) }
  }

  init(_ operations: [ClientOperation], restores: [ClientHistory.Restore]) {
    restoreCount = restores.count
    for operation in operations {
      if let answer = operation.answer, let ended = operation.answeredMoment {
        required.append(
          Item(
            action: .operation(operation.request, answer), began: operation.askedMoment,
            ended: ended))
      } else {
        optional.append((operation.request, operation.askedMoment))
      }
    }
    for (number, restore) in restores.enumerated() {
      let back = Moment.start(of: restore.at)
      required += [
        Item(
          action: .backup(number), began: .start(of: restore.backup),
          ended: .end(of: restore.backup)
        ),
        Item(action: .restore(number), began: back, ended: .end(of: restore.at)),
        Item(action: .settle(number), began: back, ended: .end(of: restore.settled)),
      ]
    }
    required.sort { $0.began < $1.began }
    optional.sort { $0.began < $1.began }
  }
}

extension ClientOperation {
  var askedMoment: KeyHistory.Moment { .init(time: asked, order: askedOrder) }

  var answeredMoment: KeyHistory.Moment? {
    guard let answered, let answeredOrder else { return nil }
    return .init(time: answered, order: answeredOrder)
  }
}
