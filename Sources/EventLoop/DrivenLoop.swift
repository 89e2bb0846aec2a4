// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A loop without a thread: whoever made it turns it. Many of them on one thread, turned in an order that
/// a seed decides, are many processes whose every run can be repeated.
public final class DrivenLoop: Loop {
  public let isolation: LoopIsolation
  private let queue: WorkQueue
  /// Room for work that has been used before.
  private let spare = Mutex<[WorkQueue.Work]>([])
  /// Room for more than this is given back.
  private static let kept = 64

  /// - Parameter wanted: called when there is work again, once until the loop has been turned.
  public init(wanted: @escaping @Sendable () -> Void) {
    queue = WorkQueue(ring: wanted)
    isolation = LoopIsolation(queue)
    _ = queue.fallAsleep()
  }

  /// Does what is queued now, and what was to be done last. Returns whether there is more.
  public func turn() -> Bool {
    var work: [WorkQueue.Work] = []
    spare.withLock { swap(&work, &$0) }
    queue.begin(&work)
    for piece in work {
      guard !queue.isAbandoned else {
        queue.leave()
        return false
      }
      piece.perform(on: self)
    }
    // One by one: for the few that there are, `removeAll` does more than that.
    while !work.isEmpty { work.removeLast() }
    if work.capacity <= Self.kept { spare.withLock { swap(&work, &$0) } }
    for body in queue.takeLast() { body() }
    return !queue.end()
  }

  /// Ends the loop as the kernel ends a process that is killed: nothing that is queued or that waits goes
  /// on, and nothing is told. What runs at this moment runs until it waits.
  public func abandon() { queue.abandon() }

  public func execute(_ body: @escaping @Sendable () -> Void) { queue.add(.body(body)) }

  public func executeLast(_ body: @escaping @Sendable () -> Void) { queue.addLast(body) }

  public func enqueue(_ job: consuming ExecutorJob) { queue.add(.job(UnownedJob(job))) }
}
