// SPDX-License-Identifier: Apache-2.0

/// The executor of actors that live on an event loop.
///
/// The loop itself is not: what a task does outside actors and what it does in one come in by
/// different doors, so that each can be run as what it is. With one door for both, every call of a
/// plain async function would take another turn.
public final class LoopIsolation: SerialExecutor {
  private let queue: WorkQueue

  init(_ queue: WorkQueue) {
    self.queue = queue
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    queue.add(.actorJob(UnownedJob(job)))
  }

  /// Lets `assumeIsolated` succeed in what `watch`, `execute` and `executeLast` call, outside tasks.
  public func checkIsolated() {
    precondition(queue.isCurrentThread, "not on the event loop's thread")
  }

  /// Lets tasks that are started there begin at once.
  public func isIsolatingCurrentContext() -> Bool? { queue.isCurrentThread }
}
