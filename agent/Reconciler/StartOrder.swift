// SPDX-License-Identifier: Apache-2.0

import Base
import Journal
import NodeProtocol

/// Which of the guests that a reboot of the host took down may be started now. Pure.
///
/// The first of them get their turn at once, so many as may start together; each that leaves, because
/// it runs or because it can't, gives its turn to the next. A guest that can't be started holds up
/// nobody: it is tried again later, out of turn.
struct StartOrder: Sendable, Hashable {
  /// Those whose turn has not come, in order.
  private(set) var waiting: [InstanceID] = []
  private var started: [InstanceID] = []
  private let limit: Int

  /// - Parameters:
  ///   - entries: the journal at the agent's start.
  ///   - bootID: of the host now.
  ///   - limit: how many may start together.
  init(_ entries: [JournalEntry], bootID: String, limit: Int) {
    self.limit = max(1, limit)
    waiting = entries.filter { Plan.isTakenDown($0, bootID: bootID) }
      .sorted { ($0.spec.startOrder, $0.instance) < ($1.spec.startOrder, $1.instance) }
      .map(\.instance)
    _ = admit()
  }

  /// Ends an instance's turn, or its wait. Returns those whose turn it is now.
  mutating func leave(_ instance: InstanceID) -> [InstanceID] {
    waiting.removeAll { $0 == instance }
    started.removeAll { $0 == instance }
    return admit()
  }

  private mutating func admit() -> [InstanceID] {
    let next = Array(waiting.prefix(max(0, limit - started.count)))
    waiting.removeFirst(next.count)
    started += next
    return next
  }
}
