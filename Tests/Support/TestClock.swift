// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// A clock that stands still until a test moves it.
public final class TestClock: Clock {
  private struct State {
    var now: Timestamp
    var uptime: Uptime
    var lastSleeper: UInt64 = 0
    var sleepers: [UInt64: (deadline: Uptime, waker: CheckedContinuation<Void, any Error>)] = [:]
    /// Whoever waits for somebody to sleep.
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// Stands at noon of 2026-01-01 UTC, an hour after boot.
  public init() {
    state = Mutex(
      State(
        now: Timestamp(microseconds: 1_767_268_800_000_000),
        uptime: Uptime(nanoseconds: 3_600_000_000_000)))
  }

  public var now: Timestamp { state.withLock { $0.now } }
  public var uptime: Uptime { state.withLock { $0.uptime } }

  /// Moves both readings and wakes whoever slept until then, the earliest first.
  public func advance(by span: Duration) {
    let due = state.withLock { state in
      state.now = state.now + span
      state.uptime = state.uptime + span
      let uptime = state.uptime
      let due = state.sleepers.filter { $0.value.deadline <= uptime }.sorted {
        ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key)
      }
      for (sleeper, _) in due { state.sleepers[sleeper] = nil }
      return due.map(\.value.waker)
    }
    for waker in due { waker.resume() }
  }

  /// Sets civil time alone, as an operator or NTP does.
  public func setCivilTime(_ time: Timestamp) { state.withLock { $0.now = time } }

  public func sleep(until deadline: Uptime) async throws {
    let sleeper = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (outcome, watchers) = state.withLock {
          state -> (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) in
          if Task.isCancelled { return (.failure(CancellationError()), []) }
          if deadline <= state.uptime { return (.success(()), []) }
          state.sleepers[sleeper] = (deadline, continuation)
          defer { state.watchers = [] }
          return (nil, state.watchers)
        }
        if let outcome { continuation.resume(with: outcome) }
        for watcher in watchers { watcher.resume() }
      }
    } onCancel: {
      let waker = state.withLock { $0.sleepers.removeValue(forKey: sleeper)?.waker }
      waker?.resume(throwing: CancellationError())
    }
  }

  /// Returns once somebody sleeps until a time within `span` from now.
  public func untilSomebodySleeps(within span: Duration) async {
    await until { state in
      state.sleepers.values.contains { $0.deadline <= state.uptime + span }
    }
  }

  /// Returns once so many sleep.
  public func untilSleepers(_ count: Int) async { await until { $0.sleepers.count >= count } }

  private func until(_ condition: (State) -> Bool) async {
    while true {
      if state.withLock({ condition($0) }) { return }
      await withCheckedContinuation { continuation in
        let isSo = state.withLock { state in
          let isSo = condition(state)
          if !isSo { state.watchers.append(continuation) }
          return isSo
        }
        if isSo { continuation.resume() }
      }
    }
  }
}
