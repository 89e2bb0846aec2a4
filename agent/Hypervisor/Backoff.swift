// SPDX-License-Identifier: Apache-2.0

import Base

/// Growing pauses between attempts, spread so that many nodes don't knock at once.
struct Backoff: Sendable {
  private let first: Duration
  private let limit: Duration
  private var pause: Duration

  /// Pauses that start near `first` and double up to `limit`.
  init(first: Duration, limit: Duration) {
    self.first = first
    self.limit = limit
    pause = first
  }

  /// The next pause: between half of the step and all of it.
  mutating func next(_ randomness: any Randomness) -> Duration {
    let whole = pause.microseconds
    pause = min(pause * 2, limit)
    let half = whole / 2
    return .microseconds(whole - half + Int64(randomness.number(below: UInt64(half) + 1)))
  }

  /// The next pause is short again.
  mutating func reset() {
    pause = first
  }
}
