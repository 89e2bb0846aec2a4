// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes

/// A lane without a thread: its calls take, fail or hang as the conduct says, on the clock, and run
/// where they were made.
public struct SimulatedLane: LaneRunning {
  private let conduct: Conduct

  /// A lane of a node.
  public init(_ conduct: Conduct) { self.conduct = conduct }

  /// A lie is for the disk to tell; here it does as it is asked.
  public func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    _ = try await conduct.allow(operation, timeout: timeout)
    return try work()
  }
}
