// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Things in the order they came; whoever takes one waits until there is one.
public final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var waiting: [Element] = []
    var takers: [CheckedContinuation<Element, Never>] = []
  }

  private let state = Mutex(State())

  /// Empty.
  public init() {}

  /// Adds one, or hands it to the first who waits.
  public func put(_ element: Element) {
    let taker = state.withLock { state -> CheckedContinuation<Element, Never>? in
      if !state.takers.isEmpty { return state.takers.removeFirst() }
      state.waiting.append(element)
      return nil
    }
    taker?.resume(returning: element)
  }

  /// Takes the oldest. Waits for ever; give the test a time limit.
  public func next() async -> Element {
    await withCheckedContinuation { continuation in
      let element = state.withLock { state -> Element? in
        if !state.waiting.isEmpty { return state.waiting.removeFirst() }
        state.takers.append(continuation)
        return nil
      }
      if let element { continuation.resume(returning: element) }
    }
  }

  /// What has come and was not taken, taken now.
  public func drain() -> [Element] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
