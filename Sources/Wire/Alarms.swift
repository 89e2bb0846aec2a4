// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Synchronization

/// Alarms of all connections of a loop, with one sleeping task for the earliest: a task for each
/// would cost more than most calls do.
final class Alarms: Sendable {
  fileprivate struct State {
    /// A binary heap, the earliest first.
    var heap: [(time: Uptime, ring: @Sendable () -> Void)] = []
    var sleeper: Task<Void, Never>?
    var sleepsUntil: Uptime?
    /// Counts sleepers: one that was cancelled when its sleep was over must not go on.
    var sleepers: UInt64 = 0
  }

  /// Alarms may ring this much late, so that one wake serves many.
  private static let slack: UInt64 = 10_000_000

  private let loop: any Loop
  private let clock: any Clock
  private let state = Mutex(State())

  init(loop: any Loop, clock: any Clock) {
    self.loop = loop
    self.clock = clock
  }

  deinit { state.withLock { $0.sleeper?.cancel() } }

  /// Calls `ring` on the loop once `time` has come. It can't be taken back.
  func set(_ time: Uptime, _ ring: @escaping @Sendable () -> Void) {
    let late = Uptime(nanoseconds: (time.nanoseconds / Self.slack + 1) * Self.slack)
    state.withLock { state in
      state.push((late, ring))
      sleep(&state)
    }
  }

  private func sleep(_ state: inout State) {
    guard let next = state.heap.first?.time else { return }
    if let until = state.sleepsUntil, until <= next { return }
    state.sleeper?.cancel()
    state.sleepsUntil = next
    state.sleepers += 1
    let number = state.sleepers
    state.sleeper = Task(executorPreference: loop) { [weak self, clock] in
      var next = next
      while (try? await clock.sleep(until: next)) != nil, let later = self?.ringDue(number) {
        next = later
      }
    }
  }

  /// Returns until when the sleeper is to go on sleeping; nil if there is nothing to sleep for, or another
  /// does.
  private func ringDue(_ sleeper: UInt64) -> Uptime? {
    let now = clock.uptime
    let (due, next) = state.withLock { state in
      var due: [@Sendable () -> Void] = []
      while let first = state.heap.first, first.time <= now { due.append(state.pop(first).ring) }
      guard sleeper == state.sleepers else { return (due, Uptime?.none) }
      state.sleepsUntil = state.heap.first?.time
      return (due, state.sleepsUntil)
    }
    loop.execute { for ring in due { ring() } }
    return next
  }
}

extension Alarms.State {
  fileprivate mutating func push(_ alarm: (time: Uptime, ring: @Sendable () -> Void)) {
    heap.append(alarm)
    var place = heap.count - 1
    while place > 0, heap[place].time < heap[(place - 1) / 2].time {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes off the first, which the caller has seen.
  fileprivate mutating func pop(
    _ first: (time: Uptime, ring: @Sendable () -> Void)
  ) -> (time: Uptime, ring: @Sendable () -> Void) {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
      guard let least = children.min(by: { heap[$0].time < heap[$1].time }),
        heap[least].time < heap[place].time
      else { return first }
      heap.swapAt(place, least)
      place = least
    }
  }
}
