// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// Has the calls of a simulated node go as told, from one moment to the next.
public final class Conduct: Sendable {
  /// Which side of what a call does.
  public enum Moment: String, Hashable, Sendable, CaseIterable {
    /// The call has been made; nothing has come of it.
    case before
    /// It is done, or said to be; its caller has not heard.
    case after
  }

  /// Is told an operation's name, and which side of it this is.
  public typealias Witness = @Sendable (String, Moment) throws(RoostError) -> Void

  private struct State {
    var behaviours: Behaviours
    var calls: [String: Int] = [:]
    var onCall: Witness?
    /// Calls that do not return, in the order in which they were made.
    var hung: [(operation: String, release: @Sendable () -> Void)] = []
  }

  private let state: Mutex<State>
  let clock: any Clock
  private let randomness: any Randomness

  /// - Parameter randomness: from a seed, so that the same calls have the same fates.
  public init(
    _ behaviours: Behaviours = Behaviours(), clock: any Clock, randomness: any Randomness
  ) {
    state = Mutex(State(behaviours: behaviours))
    self.clock = clock
    self.randomness = randomness
  }

  /// How calls go from now on; those under way go as they began, but for those that would never return:
  /// they do, with nothing done, once calls of their operation don't hang any more.
  public var behaviours: Behaviours {
    get { state.withLock { $0.behaviours } }
    set {
      let returning = state.withLock { state in
        state.behaviours = newValue
        let returning = state.hung.filter { newValue[$0.operation].hangs == 0 }
        state.hung.removeAll { newValue[$0.operation].hangs == 0 }
        return returning
      }
      for call in returning { call.release() }
    }
  }

  /// Has `release` called when a call that hangs returns at last.
  func whenReturned(_ operation: String, _ release: @escaping @Sendable () -> Void) {
    let isOver = state.withLock { state in
      let isOver = state.behaviours[operation].hangs == 0
      if !isOver { state.hung.append((operation, release)) }
      return isOver
    }
    if isOver { release() }
  }

  /// Is called on both sides of each call, of one that is refused or never returns on the first alone. What
  /// it throws the call throws: a simulation that kills the caller here has to throw, so that nothing
  /// comes of a call that the caller did not live to make.
  public var onCall: Witness? {
    get { state.withLock { $0.onCall } }
    set { state.withLock { $0.onCall = newValue } }
  }

  /// How often an operation was asked for.
  public func calls(of operation: String) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

  /// Carries a call out as its fate has it.
  ///
  /// - Parameters:
  ///   - timeout: how long the caller waits for a call that never returns.
  ///   - effect: what the call does, and what it answers; it is told false for a lie.
  /// - Throws: what `effect` throws, the refusal, `deadlineExceeded` for a call that never returns,
  ///   `cancelled`.
  func carryOut<T>(
    _ operation: String, timeout: Duration = .seconds(30),
    _ effect: (_ isTrue: Bool) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try onCall?(operation, .before)
    let isTrue = try await allow(operation, timeout: timeout)
    let answer = try effect(isTrue)
    try onCall?(operation, .after)
    return answer
  }

  /// Lets time pass as the call's fate has it. Returns false for a lie.
  private func allow(_ operation: String, timeout: Duration) async throws(RoostError) -> Bool {
    let fate = fate(of: operation)
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

  /// How the next call of an operation goes; it counts as made.
  func fate(of operation: String) -> Fate {
    let behaviour = state.withLock { state in
      state.calls[operation, default: 0] += 1
      return state.behaviours[operation]
    }
    return behaviour.fate(randomness)
  }

  private func pass(_ span: Duration) async throws(RoostError) {
    guard span > .zero else { return }
    do { try await clock.sleep(for: span) } catch {
      throw RoostError(.cancelled, "The call was given up.")
    }
  }
}
