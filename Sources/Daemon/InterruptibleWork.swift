// SPDX-License-Identifier: Apache-2.0

public import Base
public import EventLoop
import Synchronization

/// Work on an event loop for which the main thread waits, and which a signal to stop cancels.
public struct InterruptibleWork: Sendable {
  private let signals: Signals
  /// Where the work runs.
  public let loop: EventLoop

  /// Holds signals back and starts the loop's thread. To be called before any other thread is made.
  public init() throws(RoostError) {
    signals = Signals()
    loop = try EventLoop(name: "loop")
  }

  /// Runs the work and blocks the calling thread until it has ended.
  ///
  /// - Parameters:
  ///   - patience: how many seconds the work may take to end once it has been cancelled.
  ///   - onStop: what to do first when a signal to stop comes.
  /// - Returns: the outcome; nil when the work was cancelled and did not end in time.
  public func run<Value: Sendable>(
    patience: Int, onStop: () -> Void = {},
    _ work: @escaping @Sendable () async throws(RoostError) -> Value
  ) -> Result<Value, RoostError>? {
    let outcome = Outcome<Value>()
    let task = Task(executorPreference: loop) {
      do throws(RoostError) {
        let value = try await work()
        outcome.result.withLock { $0 = .success(value) }
      } catch {
        outcome.result.withLock { $0 = .failure(error) }
      }
      Signals.sendEnded()
    }
    if case .stop = signals.wait() {
      onStop()
      task.cancel()
      _ = signals.wait(seconds: patience)
    }
    return outcome.result.withLock { $0 }
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, RoostError>?>(nil)
  }
}
