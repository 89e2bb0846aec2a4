// SPDX-License-Identifier: Apache-2.0

import Base
import Journal
import Synchronization

/// Lets workers start guests after a reboot of the host in their order.
final class StartQueue: Sendable {
  private struct State {
    var order: StartOrder
    var bells: [InstanceID: WakeSignal] = [:]
  }

  private let state: Mutex<State>

  /// The guests of a journal that a reboot took down.
  init(_ entries: [JournalEntry], bootID: String, limit: Int) {
    state = Mutex(State(order: StartOrder(entries, bootID: bootID, limit: limit)))
  }

  /// Whether an instance must wait for its turn; the bell rings when that has come.
  func holdsBack(_ instance: InstanceID, bell: WakeSignal) -> Bool {
    state.withLock { state in
      guard state.order.waiting.contains(instance) else { return false }
      state.bells[instance] = bell
      return true
    }
  }

  /// The instance needs no turn any more. Nothing to do for one that had none.
  func leave(_ instance: InstanceID) {
    let bells = state.withLock { state -> [WakeSignal] in
      state.bells[instance] = nil
      guard !PlantedBug.turnKept.isPlanted else { return [] }
      return state.order.leave(instance).compactMap { state.bells.removeValue(forKey: $0) }
    }
    for bell in bells { bell.ring() }
  }
}
