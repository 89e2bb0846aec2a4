// SPDX-License-Identifier: Apache-2.0

import Simulation
import Synchronization

/// Counts the calls that are made on a volume, and ends something at one of them.
final class CallCounter: Sendable {
  private let made = Atomic<Int>(0)

  /// So many calls were made.
  var count: Int { made.load(ordering: .relaxed) }

  /// - Parameters:
  ///   - number: of the call before which `end` is called; the first from now on is 1.
  @discardableResult
  init(
    _ volume: SimulatedVolume, endAt number: Int? = nil, end: @escaping @Sendable () -> Void = {}
  ) {
    volume.onCall = { [self] _ in
      if made.add(1, ordering: .relaxed).newValue == number { end() }
    }
  }
}

/// Remembers the calls that are made on a volume.
final class CallLog: Sendable {
  private struct State {
    var lines: [String] = []
    var end: (place: Int, body: @Sendable () -> Void)?
  }

  private let state = Mutex(State())

  var lines: [String] { state.withLock { $0.lines } }

  init(_ volume: SimulatedVolume) {
    volume.onCall = { [self] call in
      let end = state.withLock { state -> (@Sendable () -> Void)? in
        state.lines.append("\(call)")
        guard let end = state.end, end.place == state.lines.count else { return nil }
        return end.body
      }
      end?()
    }
  }

  /// Calls `end` before a call some way on.
  func endAt(_ distance: Int, _ end: @escaping @Sendable () -> Void) {
    state.withLock { $0.end = ($0.lines.count + 1 + distance, end) }
  }
}
