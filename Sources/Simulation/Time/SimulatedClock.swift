// SPDX-License-Identifier: Apache-2.0

public import Base
import Synchronization

/// One machine's clock on a timeline: it may run fast or slow, and its civil time may be set.
public final class SimulatedClock: Clock {
  fileprivate struct State {
    /// Where both clocks stood when the rate was last changed.
    var anchor: Uptime
    var uptimeAtAnchor: Uptime
    var partsPerMillion: Int64 = 0
    var civilOffset: Int64
    var lastSleeper: UInt64 = 0
    var sleepers: [UInt64: Sleeper] = [:]
  }

  fileprivate struct Sleeper {
    let deadline: Uptime
    let waker: UnsafeContinuation<Void, any Error>
    var ticket: Timeline.Ticket?
  }

  private let timeline: Timeline
  private let state: Mutex<State>

  /// - Parameters:
  ///   - bootedAt: how long ago the machine was booted when the timeline began.
  ///   - civil: civil time when the timeline began.
  public init(
    _ timeline: Timeline, bootedAt: Duration = .seconds(3600),
    civil: Timestamp = Timestamp(microseconds: 1_767_268_800_000_000)
  ) {
    self.timeline = timeline
    let now = timeline.now
    state = Mutex(
      State(
        anchor: now, uptimeAtAnchor: now + bootedAt,
        civilOffset: civil.microseconds - bootedAt.microseconds))
  }

  public var now: Timestamp {
    let (uptime, offset) = state.withLock { ($0.uptime(at: timeline.now), $0.civilOffset) }
    return Timestamp(microseconds: Int64(clamping: uptime.nanoseconds / 1000) + offset)
  }

  public var uptime: Uptime { state.withLock { $0.uptime(at: timeline.now) } }

  /// Lets the clock run fast by so many microseconds a second; negative is slow.
  public func setDrift(partsPerMillion: Int64) {
    let sleepers = state.withLock { state -> [UInt64] in
      let now = timeline.now
      state.uptimeAtAnchor = state.uptime(at: now)
      state.anchor = now
      state.partsPerMillion = partsPerMillion
      return state.sleepers.keys.sorted()
    }
    for sleeper in sleepers { schedule(sleeper) }
  }

  /// Sets civil time, as an operator or NTP does; time since boot goes on.
  public func jump(by span: Duration) { state.withLock { $0.civilOffset += span.microseconds } }

  public func sleep(until deadline: Uptime) async throws {
    let sleeper = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    // A process that is killed leaves its sleepers for ever, which a checked continuation complains of.
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { (waker: UnsafeContinuation<Void, any Error>) in
        guard !Task.isCancelled else { return waker.resume(throwing: CancellationError()) }
        state.withLock { $0.sleepers[sleeper] = Sleeper(deadline: deadline, waker: waker) }
        schedule(sleeper)
      }
    } onCancel: {
      guard let woken = state.withLock({ $0.sleepers.removeValue(forKey: sleeper) }) else {
        return
      }
      if let ticket = woken.ticket { timeline.cancel(ticket) }
      woken.waker.resume(throwing: CancellationError())
    }
  }

  /// Has a sleeper looked after when its time has come by the present rate.
  private func schedule(_ sleeper: UInt64) {
    let due = state.withLock { state -> (wait: Duration, old: Timeline.Ticket?)? in
      guard let found = state.sleepers[sleeper] else { return nil }
      return (state.span(until: found.deadline, at: timeline.now), found.ticket)
    }
    guard let due else { return }
    if let old = due.old { timeline.cancel(old) }
    let ticket = timeline.after(due.wait) { [self] in wake(sleeper) }
    state.withLock { $0.sleepers[sleeper]?.ticket = ticket }
  }

  private func wake(_ sleeper: UInt64) {
    state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.waker.resume()
  }
}

extension SimulatedClock.State {
  fileprivate func uptime(at now: Uptime) -> Uptime {
    let passed = Int64(clamping: now.nanoseconds - anchor.nanoseconds)
    let gained =
      passed / 1_000_000 * partsPerMillion + passed % 1_000_000 * partsPerMillion / 1_000_000
    return Uptime(
      nanoseconds: UInt64(clamping: Int64(clamping: uptimeAtAnchor.nanoseconds) + passed + gained))
  }

  /// How long it takes on the timeline until this clock shows `deadline`, and a little more rather than
  /// less.
  fileprivate func span(until deadline: Uptime, at now: Uptime) -> Duration {
    let left = (deadline - uptime(at: now)).microseconds + 1
    guard left > 0, deadline > uptime(at: now) else { return .zero }
    guard partsPerMillion != 0 else { return deadline - uptime(at: now) }
    let rate = 1_000_000 + partsPerMillion
    return .microseconds(left / rate * 1_000_000 + left % rate * 1_000_000 / rate + 1)
  }
}
