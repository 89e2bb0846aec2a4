// SPDX-License-Identifier: Apache-2.0

import Simulation
import Synchronization

/// Hears of what a machine's process asks of the world outside it, and has something happen in the midst of
/// such a call: a crash between a write and its flush, between a guest's start and the journal's knowing.
final class SeamCalls: Sendable {
  private struct Due {
    var left: Int
    /// Whether only what settles something on the disk counts.
    let isForSettling: Bool
    let happen: @Sendable (_ call: String) -> Void
  }

  private struct State {
    var due: [Due] = []
    var isUnheeded = false
  }

  private let state = Mutex(State())
  /// Whether anything waits for a call: for most calls nothing does, and there are very many.
  private let isArmed = Atomic(false)

  /// Has `happen` called within the call after `calls` others.
  ///
  /// - Parameter settling: counts only calls that settle something on the disk.
  func arm(
    after calls: Int, settling: Bool = false, _ happen: @escaping @Sendable (_ call: String) -> Void
  ) {
    state.withLock {
      $0.due.append(Due(left: max(0, calls), isForSettling: settling, happen: happen))
      isArmed.store(true, ordering: .relaxed)
    }
  }

  /// Forgets what was armed.
  func disarm() {
    state.withLock { $0.due = [] }
    isArmed.store(false, ordering: .relaxed)
  }

  /// Runs what is not the process's: its calls count for nothing.
  func unheeded<Value>(_ body: () -> Value) -> Value {
    state.withLock { $0.isUnheeded = true }
    defer { state.withLock { $0.isUnheeded = false } }
    return body()
  }

  /// A call is made.
  ///
  /// - Parameters:
  ///   - call: what is called, in words, which are made only if something happens.
  ///   - settles: whether it settles something on the disk: flushes, or changes names.
  func reach(_ call: @autoclosure () -> String, settles: Bool = false) {
    guard isArmed.load(ordering: .relaxed) else { return }
    let happening = state.withLock { state in
      guard !state.isUnheeded else { return [Due]() }
      var now: [Due] = []
      var later: [Due] = []
      for var due in state.due {
        let counts = settles || !due.isForSettling
        if counts, due.left == 0 {
          now.append(due)
        } else {
          if counts { due.left -= 1 }
          later.append(due)
        }
      }
      state.due = later
      isArmed.store(!later.isEmpty, ordering: .relaxed)
      return now
    }
    guard !happening.isEmpty else { return }
    let call = call()
    for due in happening { due.happen(call) }
  }
}

extension DiskCall.Operation {
  /// Whether a call flushes, or changes names: between two of these all moments are much alike.
  var settles: Bool {
    switch self {
    case .sync, .syncFolder, .rename, .unlink, .makeFolder, .removeFolder: true
    case .open, .read, .write, .truncate, .list, .stat, .space: false
    }
  }
}
