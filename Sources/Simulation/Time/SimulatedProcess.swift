// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import Synchronization

/// One run of a program: a loop on a timeline, until it ends or is killed. The next run is another one.
public final class SimulatedProcess: Sendable {
  /// As `controller` or `node-3`.
  public let name: String
  /// Where its tasks run.
  public let loop: DrivenLoop
  private let isKilled = Atomic(false)

  /// A program that has not begun.
  public init(_ name: String, on timeline: Timeline) {
    self.name = name
    loop = timeline.makeLoop()
  }

  /// Whether it has not been killed.
  public var isAlive: Bool { !isKilled.load(ordering: .relaxed) }

  /// Starts a task of it.
  public func start(_ body: @escaping @Sendable () async -> Void) {
    guard isAlive else { return }
    _ = Task(executorPreference: loop) { await body() }
  }

  /// Ends it as SIGKILL does: none of its tasks goes on. Whatever it holds of the world outside has to be
  /// made dead by whoever kills it; code that runs at this moment runs until it waits.
  public func kill() {
    isKilled.store(true, ordering: .relaxed)
    loop.abandon()
  }
}
