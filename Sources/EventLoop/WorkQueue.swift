// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc
import Synchronization

/// What is to be done on a loop's thread, and the bell that wakes it.
final class WorkQueue: Sendable {
  enum Work {
    /// A part of a task that belongs to no actor.
    case job(UnownedJob)
    /// A part of a task that is in an actor of the loop.
    case actorJob(UnownedJob)
    case body(@Sendable () -> Void)
  }

  private struct State {
    var work: [Work] = []
    var last: [@Sendable () -> Void] = []
    var thread: pthread_t?
    var isStopping = false
    /// The thread waits for descriptors, or is about to: new work has to ring.
    var isAsleep = false
  }

  /// Readable once the bell has been rung.
  let bell: Int32
  private let state = Mutex(State())

  init() throws(RoostError) {
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard bell >= 0 else { throw .system("eventfd", errno: errno) }
  }

  // Not when the thread ends: whoever rings after that would reach another's descriptor, which has got
  // the number meanwhile.
  deinit { close(bell) }

  func add(_ work: Work) { change { $0.work.append(work) } }

  func addLast(_ body: @escaping @Sendable () -> Void) { change { $0.last.append(body) } }

  func stop() { change { $0.isStopping = true } }

  private func change(_ body: (inout State) -> Void) {
    let isAsleep = state.withLock { state in
      body(&state)
      defer { state.isAsleep = false }
      return state.isAsleep
    }
    // Awake, the thread looks before it sleeps; most work comes from the thread itself.
    guard isAsleep else { return }
    var one: UInt64 = 1
    // Full counter means the loop will wake anyway.
    _ = write(bell, &one, 8)
  }

  // MARK: For the thread

  var isCurrentThread: Bool {
    state.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  /// Makes the calling thread the one that works.
  func enter() { state.withLock { $0.thread = pthread_self() } }

  /// Exchanges an empty array for what is queued. False when it is the last.
  func take(into work: inout [Work]) -> Bool {
    state.withLock { state in
      swap(&work, &state.work)
      return !state.isStopping
    }
  }

  func takeLast() -> [@Sendable () -> Void] {
    state.withLock { state in
      defer { state.last = [] }
      return state.last
    }
  }

  /// True when there is nothing to do: the next one to add something rings.
  func fallAsleep() -> Bool {
    state.withLock { state in
      state.isAsleep = state.work.isEmpty && state.last.isEmpty && !state.isStopping
      return state.isAsleep
    }
  }

  func wakeUp() { state.withLock { $0.isAsleep = false } }

  func silence() {
    var count: UInt64 = 0
    _ = read(bell, &count, 8)
  }
}
