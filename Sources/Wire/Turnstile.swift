// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets one through at a time, in the order in which they came. Who leaves lets the next one in behind
/// what the loop has queued: a crowd before the turnstile slows itself and nobody else.
final class Turnstile: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    /// How many of `waiting` were let in already.
    var head = 0
  }

  private let state = Mutex(State())

  /// Runs `body` alone.
  func pass<Value>(_ body: () -> Value) async -> Value {
    await enter()
    defer { leave() }
    return body()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.isTaken else {
          state.isTaken = true
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.head < state.waiting.count else {
        state.waiting.removeAll(keepingCapacity: true)
        state.head = 0
        state.isTaken = false
        return nil
      }
      state.head += 1
      return state.waiting[state.head - 1]
    }
    next?.resume()
  }
}
