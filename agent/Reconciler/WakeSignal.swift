// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// A bell that one task waits for and anyone may ring. Rings before the wait are kept, as one.
public final class WakeSignal: Sendable {
  private struct State {
    var rung = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// A bell that has not rung.
  public init() {}

  /// Wakes the waiter, or the next one to come.
  public func ring() {
    let waiter = state.withLock { state in
      let waiter = state.waiter
      state.waiter = nil
      if waiter == nil, !PlantedBug.ringLost.isPlanted { state.rung = true }
      return waiter
    }
    waiter?.resume()
  }

  /// Returns when the bell has rung since the last wait, or when the task is cancelled.
  public func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = state.withLock { state in
          if state.rung || Task.isCancelled {
            state.rung = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    } onCancel: {
      // A second ring is harmless: it only makes the waiter look once more.
      ring()
    }
  }

  /// As `wait`, but no longer than `limit`.
  public func wait(atMost limit: Duration, _ clock: any Clock) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait() }
      group.addTask { try? await clock.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
