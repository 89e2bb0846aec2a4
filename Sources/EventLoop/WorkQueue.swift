// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// What is to be done on a loop, and who is told when there is something again.
final class WorkQueue: Sendable {
  enum Work {
    /// A part of a task that belongs to no actor.
    case job(UnownedJob)
    /// A part of a task that is in an actor of the loop.
    case actorJob(UnownedJob)
    case body(@Sendable () -> Void)
  }

  fileprivate struct State {
    var work: [Work] = []
    var last: [@Sendable () -> Void] = []
    var thread: pthread_t?
    var isStopping = false
    var isAbandoned = false
    /// The loop waits, or is about to: new work has to ring.
    var isAsleep = false
  }

  private let state = Mutex(State())
  private let ring: @Sendable () -> Void

  /// - Parameter ring: called when the loop sleeps and there is work for it.
  init(ring: @escaping @Sendable () -> Void) { self.ring = ring }

  func add(_ work: Work) { change { $0.work.append(work) } }

  func addLast(_ body: @escaping @Sendable () -> Void) { change { $0.last.append(body) } }

  func stop() { change { $0.isStopping = true } }

  /// Drops what is queued and whatever comes. Tasks that are under way never go on.
  func abandon() {
    // Let go outside the lock: what is dropped may queue something in its end.
    let dropped = state.withLock { state in
      let dropped = (state.work, state.last)
      (state.work, state.last) = ([], [])
      state.isAbandoned = true
      return dropped
    }
    withExtendedLifetime(dropped) {}
  }

  private func change(_ body: (inout State) -> Void) {
    let isAsleep = state.withLock { state in
      guard !state.isAbandoned else { return false }
      body(&state)
      defer { state.isAsleep = false }
      return state.isAsleep
    }
    // Awake, the loop looks before it sleeps; most work comes from the loop itself.
    if isAsleep { ring() }
  }

  // MARK: For whoever works

  var isCurrentThread: Bool {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// Makes the calling thread the one that works.
  func enter() { state.withLock { $0.thread = pthread_self() } }

  /// No thread works here now.
  func leave() { state.withLock { $0.thread = nil } }

  /// `enter` and `take` in one.
  func begin(_ work: inout [Work]) {
    state.withLock { state in
      state.thread = pthread_self()
      swap(&work, &state.work)
    }
  }

  /// `fallAsleep` and `leave` in one.
  func end() -> Bool {
    state.withLock { state in
      state.thread = nil
      return state.fallAsleep()
    }
  }

  /// Exchanges an empty array for what is queued. False when it is the last.
  func take(into work: inout [Work]) -> Bool {
    state.withLock { state in
      swap(&work, &state.work)
      return !state.isStopping
    }
  }

  func takeLast() -> [@Sendable () -> Void] {
    state.withLock { state in
      guard !state.last.isEmpty else { return [] }
      defer { state.last = [] }
      return state.last
    }
  }

  /// True when there is nothing to do: the next one to add something rings.
  func fallAsleep() -> Bool { state.withLock { $0.fallAsleep() } }

  func wakeUp() { state.withLock { $0.isAsleep = false } }
}

extension WorkQueue.State {
  fileprivate mutating func fallAsleep() -> Bool {
    isAsleep = work.isEmpty && last.isEmpty && !isStopping
    return isAsleep
  }
}

extension WorkQueue.Work {
  func perform(on loop: some Loop) {
    switch self {
    case .job(let job): job.runSynchronously(on: loop.asUnownedTaskExecutor())
    case .actorJob(let job):
      job.runSynchronously(
        isolatedTo: loop.isolation.asUnownedSerialExecutor(),
        taskExecutor: loop.asUnownedTaskExecutor())
    case .body(let body): body()
    }
  }
}
