// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes
import Synchronization

/// A lane without a thread: its calls take, fail or hang as the conduct says, on the clock. They keep their
/// order and run one at a time, where they were made.
///
/// What waits, what is refused and what `stop` does is as on a real lane.
public final class SimulatedLane: StoppableLane {
  private struct State {
    var queue = LaneQueue()
    var isHeld = false
    /// Until then something runs for which nobody waits any more.
    var busyUntil = Uptime(nanoseconds: 0)
    var isDead = false
    var isStopped = false
    /// What is to be done once all is done.
    var last: (@Sendable () -> Void)?
  }

  private let conduct: Conduct
  private let state = Mutex(State())

  /// An idle lane.
  public init(_ conduct: Conduct) { self.conduct = conduct }

  /// A call's latency counts from its beginning, and none ends before those that came before it. One whose
  /// time is up has happened when its caller hears of it; until it would have ended the lane is held. One
  /// that hangs holds it until calls of its operation don't hang any more. A lie is for the disk to tell;
  /// here it does as it is asked.
  public func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try conduct.onCall?(operation, .before)
    let begin = conduct.clock.uptime
    let deadline = begin + timeout
    let number = try await turn(operation, deadline)
    let fate = conduct.fate(of: operation)
    guard fate.outcome != .never else {
      await pass(until: deadline)
      state.withLock { $0.queue.expire(number) }
      conduct.whenReturned(operation) { [weak self] in self?.release() }
      throw Self.late(operation)
    }
    let busyUntil = state.withLock { $0.busyUntil }
    let end = max(begin + fate.wait, busyUntil)
    await pass(until: min(end, deadline))
    defer { release(busyUntil: end) }
    guard state.withLock({ !$0.isDead }) else { throw Self.stopping(operation) }
    if case .refused(let kind) = fate.outcome {
      throw RoostError(kind, "\(operation) was refused.", operator: "as the simulation was told")
    }
    guard busyUntil <= deadline else { throw Self.late(operation) }
    guard end <= deadline else {
      _ = Result { () throws(RoostError) in try work() }
      throw Self.late(operation)
    }
    let answer = try work()
    try conduct.onCall?(operation, .after)
    return answer
  }

  public func stop(_ last: @escaping @Sendable () -> Void) {
    let isDead = state.withLock { state in
      if !state.isStopped {
        state.isStopped = true
        state.last = last
        state.queue.stop { [weak self] in self?.runLast() }
      }
      return state.isDead
    }
    if isDead { runLast() } else { advance() }
  }

  public var stuckOperation: String? { state.withLock { $0.queue.stuckOperation } }

  /// The process that the lane belongs to has ended: whatever waits will never run. What was to be done
  /// last is done by the next `stop`, which must not come from within a call of this lane.
  public func kill() { state.withLock { $0.isDead = true } }

  private func runLast() {
    let last = state.withLock { state in
      defer { state.last = nil }
      return state.last
    }
    last?()
  }

  // MARK: Turns

  /// Returns the call's number once nothing stands before it.
  private func turn(_ operation: String, _ deadline: Uptime) async throws(RoostError) -> UInt64 {
    let gate = Gate()
    let number = try state.withLock { state throws(RoostError) in
      guard !state.isDead else { throw Self.stopping(operation) }
      return try state.queue.add(operation) { [weak self] in
        // Its caller may have gone in the meantime.
        if !gate.open() { self?.release() }
      }
    }
    advance()
    let clock = conduct.clock
    if !gate.isOpen {
      // Whichever comes first; the other is then let go.
      await withTaskGroup { group in
        group.addTask { await gate.wait() }
        group.addTask { _ = try? await clock.sleep(until: deadline) }
        await group.next()
        group.cancelAll()
        gate.giveUp()
      }
    }
    guard !gate.isOpen else { return number }
    state.withLock { $0.queue.expire(number) }
    guard clock.uptime >= deadline else {
      throw RoostError(.cancelled, "The call was given up.")
    }
    throw Self.late(operation)
  }

  /// Gives the lane to the next if it is free.
  private func advance() {
    let job = state.withLock { state -> LaneQueue.Job? in
      guard !state.isHeld, !state.isDead, case .work(let job) = state.queue.take() else {
        return nil
      }
      state.isHeld = true
      return job
    }
    job?.work()
  }

  /// - Parameter end: until when something goes on for which nobody waits.
  private func release(busyUntil end: Uptime? = nil) {
    state.withLock { state in
      state.isHeld = false
      state.queue.finish()
      if let end { state.busyUntil = end }
    }
    advance()
  }

  /// A caller that is cancelled is not waited for; what it asked for is done all the same.
  private func pass(until time: Uptime) async {
    guard time > conduct.clock.uptime else { return }
    _ = try? await conduct.clock.sleep(until: time)
  }

  private static func late(_ operation: String) -> RoostError {
    RoostError(.deadlineExceeded, "\(operation) did not end in time.")
  }

  private static func stopping(_ operation: String) -> RoostError {
    RoostError(.unavailable, "The service is stopping.", operator: operation)
  }
}

/// Where one call waits for its turn.
private final class Gate: Sendable {
  private enum State {
    case closed(CheckedContinuation<Void, Never>?)
    case open
    case abandoned
  }

  private let state = Mutex(State.closed(nil))

  var isOpen: Bool {
    state.withLock { if case .open = $0 { true } else { false } }
  }

  /// - Returns: false if nobody waits any more.
  func open() -> Bool { end(as: .open) }

  /// Ends the wait if it has not ended.
  func giveUp() { _ = end(as: .abandoned) }

  private func end(as new: State) -> Bool {
    let (waiting, isFirst) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
      guard case .closed(let waiting) = state else { return (nil, false) }
      state = new
      return (waiting, true)
    }
    waiting?.resume()
    return isFirst
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        guard case .closed = state else { return true }
        state = .closed(continuation)
        return false
      }
      if hasEnded { continuation.resume() }
    }
  }
}
