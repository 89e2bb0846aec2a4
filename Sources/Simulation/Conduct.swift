// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// Has the calls of a simulated node go as told, from one moment to the next.
public final class Conduct: Sendable {
  private struct State {
    var behaviours: Behaviours
    var calls: [String: Int] = [:]
  }

  private let state: Mutex<State>
  private let clock: any Clock
  private let randomness: any Randomness

  /// - Parameter randomness: from a seed, so that the same calls have the same fates.
  public init(
    _ behaviours: Behaviours = Behaviours(), clock: any Clock, randomness: any Randomness
  ) {
    state = Mutex(State(behaviours: behaviours))
    self.clock = clock
    self.randomness = randomness
  }

  /// How calls go from now on; those under way go as they began.
  public var behaviours: Behaviours {
    get { state.withLock { $0.behaviours } }
    set { state.withLock { $0.behaviours = newValue } }
  }

  /// How often an operation was asked for.
  public func calls(of operation: String) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

  /// Lets time pass as the call's fate has it.
  ///
  /// - Parameter timeout: how long the caller waits for a call that never returns.
  /// - Returns: false for a lie.
  /// - Throws: the refusal, `deadlineExceeded` for a call that never returns, `cancelled`.
  func allow(_ operation: String, timeout: Duration = .seconds(30)) async throws(RoostError)
    -> Bool
  {
    let behaviour = state.withLock { state in
      state.calls[operation, default: 0] += 1
      return state.behaviours[operation]
    }
    let fate = behaviour.fate(randomness)
    switch fate.outcome {
    case .never:
      try await pass(timeout)
      throw RoostError(.deadlineExceeded, "\(operation) did not end in time.")
    case .refused(let kind):
      try await pass(min(fate.wait, timeout))
      throw RoostError(kind, "\(operation) was refused.", operator: "as the simulation was told")
    case .done, .lie:
      guard fate.wait <= timeout else {
        try await pass(timeout)
        throw RoostError(.deadlineExceeded, "\(operation) did not end in time.")
      }
      try await pass(fate.wait)
      return fate.outcome == .done
    }
  }

  private func pass(_ span: Duration) async throws(RoostError) {
    guard span > .zero else { return }
    do { try await clock.sleep(for: span) } catch {
      throw RoostError(.cancelled, "The call was given up.")
    }
  }
}
