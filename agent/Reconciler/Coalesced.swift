// SPDX-License-Identifier: Apache-2.0

import Base

/// Shares one look at the world between all who ask at the same time.
///
/// Nobody gets an answer that is older than his question: who asks while a look is under way waits
/// for the next one.
actor Coalesced<Value: Sendable> {
  private let look: @Sendable () async throws(RoostError) -> Value
  private var begun: UInt64 = 0
  private var latest: (number: UInt64, value: Value)?
  private var looking = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ look: @escaping @Sendable () async throws(RoostError) -> Value) {
    self.look = look
  }

  /// What the world is like after the call was made.
  func value() async throws(RoostError) -> Value {
    let needed = begun + 1
    while true {
      if let latest, latest.number >= needed { return latest.value }
      if !looking { return try await lookNow() }
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func lookNow() async throws(RoostError) -> Value {
    looking = true
    begun += 1
    let number = begun
    defer {
      looking = false
      let woken = waiting
      waiting = []
      for waiter in woken { waiter.resume() }
    }
    let value = try await look()
    latest = (number, value)
    return value
  }
}
