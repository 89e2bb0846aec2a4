// SPDX-License-Identifier: Apache-2.0

/// A loop without a thread: whoever made it turns it. Many of them on one thread, turned in an order that
/// a seed decides, are many processes whose every run can be repeated.
public final class DrivenLoop: Loop {
  public let isolation: LoopIsolation
  private let queue: WorkQueue

  /// - Parameter wanted: called when there is work again, once until the loop has been turned.
  public init(wanted: @escaping @Sendable () -> Void) {
    queue = WorkQueue(ring: wanted)
    isolation = LoopIsolation(queue)
    _ = queue.fallAsleep()
  }

  /// Does what is queued now, and what was to be done last. Returns whether there is more.
  public func turn() -> Bool {
    queue.enter()
    defer { queue.leave() }
    var work: [WorkQueue.Work] = []
    _ = queue.take(into: &work)
    for piece in work {
      guard !queue.isAbandoned else { return false }
      piece.perform(on: self)
    }
    for body in queue.takeLast() { body() }
    return !queue.fallAsleep()
  }

  /// Ends the loop as the kernel ends a process that is killed: nothing that is queued or that waits goes
  /// on, and nothing is told. What runs at this moment runs until it waits.
  public func abandon() { queue.abandon() }

  public func execute(_ body: @escaping @Sendable () -> Void) { queue.add(.body(body)) }

  public func executeLast(_ body: @escaping @Sendable () -> Void) { queue.addLast(body) }

  public func enqueue(_ job: consuming ExecutorJob) { queue.add(.job(UnownedJob(job))) }
}
