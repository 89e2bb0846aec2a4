// SPDX-License-Identifier: Apache-2.0

public import Base

/// Runs calls that block, away from the event loop.
public protocol LaneRunning: Sendable {
  /// Runs `work` and returns what it returns.
  ///
  /// - Parameters:
  ///   - operation: names the call in errors and in health reports.
  ///   - timeout: counted from now. When it passes, the caller gets `deadlineExceeded`; work that
  ///     had not begun is dropped, work that had goes on and holds the lane until it ends.
  /// - Throws: what `work` throws, `deadlineExceeded`, or `unavailable` when the lane has stopped
  ///   or too much waits.
  func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T
}

/// A lane that has an owner, who ends it.
public protocol StoppableLane: LaneRunning {
  /// Refuses further calls. `last` runs after those that wait; a second stop adds nothing.
  func stop(_ last: @escaping @Sendable () -> Void)

  /// The call that holds the lane past its deadline, if one does.
  var stuckOperation: String? { get }
}

/// Runs at once on the caller's thread: for tests in which nothing blocks.
public struct InlineLane: LaneRunning {
  /// A lane without a thread.
  public init() {}

  public func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try work()
  }
}
