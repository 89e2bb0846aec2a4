// SPDX-License-Identifier: Apache-2.0

package import Base

/// What waits on a lane and what holds it: a value, so that its rules can be tested without a
/// thread, and hold for lanes that have none.
package struct LaneQueue {
  /// One waiting call. `work` ends by handing its result over itself.
  package struct Job: Sendable {
    package let number: UInt64
    package let operation: String
    package let work: @Sendable () -> Void
  }

  /// What a lane's thread should do next.
  package enum Turn {
    case work(Job)
    case wait
    case end
  }

  /// More than this many waiting calls are refused: whoever calls is far ahead of the lane.
  package static let capacity = 1024

  private var waiting: [Job] = []
  private var nextNumber: UInt64 = 0
  private var stopped = false
  /// The call that is in progress, and since when it is past its deadline.
  package private(set) var current: (number: UInt64, operation: String, overdue: Bool)?

  /// Nothing waits.
  package init() {}

  /// Adds a call behind the others, or says why not.
  package mutating func add(
    _ operation: String, _ work: @escaping @Sendable () -> Void
  ) throws(RoostError) -> UInt64 {
    guard !stopped else {
      throw RoostError(.unavailable, "The service is stopping.", operator: operation)
    }
    if let current, current.overdue {
      throw RoostError(
        .unavailable, "A call that does not return stands before this one; try again later.",
        operator: "\(operation) refused: \(current.operation) holds the lane past its deadline")
    }
    guard waiting.count < Self.capacity else {
      throw RoostError(
        .unavailable, "Too many calls wait; try again later.",
        operator: "\(operation) refused: \(waiting.count) calls wait")
    }
    nextNumber += 1
    waiting.append(Job(number: nextNumber, operation: operation, work: work))
    return nextNumber
  }

  /// The call that holds the lane past its deadline, if one does.
  package var stuckOperation: String? { current.flatMap { $0.overdue ? $0.operation : nil } }

  /// The next call for the thread, which thereby holds the lane.
  package mutating func take() -> Turn {
    guard !waiting.isEmpty else { return stopped ? .end : .wait }
    let job = waiting.removeFirst()
    current = (job.number, job.operation, false)
    return .work(job)
  }

  /// The thread is done with what it took.
  package mutating func finish() {
    current = nil
  }

  /// A deadline has passed: a waiting call is dropped, the one in progress is marked.
  package mutating func expire(_ number: UInt64) {
    waiting.removeAll { $0.number == number }
    if let held = current, held.number == number { current?.overdue = true }
  }

  /// Refuses new calls; the thread ends after those that wait and `last`. A second stop adds
  /// nothing.
  package mutating func stop(_ last: @escaping @Sendable () -> Void) {
    guard !stopped else { return }
    stopped = true
    nextNumber += 1
    waiting.append(Job(number: nextNumber, operation: "stop", work: last))
  }
}
