// SPDX-License-Identifier: Apache-2.0

public import Base
public import EventLoop
import Synchronization

/// Virtual time, and all that happens in it, on the thread that runs it.
///
/// Time stands still while any loop has work. Loops that have are turned one by one, in an order that the
/// seed decides; when none is left, time jumps to the next thing that is due. The same seed and the same
/// calls give the same order.
public final class Timeline: Sendable {
  fileprivate struct State {
    var now = Uptime(nanoseconds: 0)
    var due = DueQueue()
    var ready: [DrivenLoop] = []
    var chance: SplitMix64
    /// Turns and due bodies so far.
    var steps: UInt64 = 0
    /// `steps` when time last passed.
    var stepsBefore: UInt64 = 0
  }

  private let state: Mutex<State>

  /// Stands at zero.
  public init(seed: UInt64) { state = Mutex(State(chance: SplitMix64(seed: seed))) }

  /// How much time has passed, in nanoseconds since the beginning.
  public var now: Uptime { state.withLock { $0.now } }

  /// How many steps were taken: a fingerprint of a run, equal only if all before was.
  public var steps: UInt64 { state.withLock { $0.steps } }

  /// How many steps were taken since time last passed: very many, and something goes round in a circle.
  public var stepsAtThisMoment: UInt64 { state.withLock { $0.steps - $0.stepsBefore } }

  /// Names what is due, to call it off.
  public struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  /// Has `body` called when `time` has come: at once, behind what is ready, if it has passed.
  @discardableResult
  public func at(_ time: Uptime, _ body: @escaping @Sendable () -> Void) -> Ticket {
    state.withLock { Ticket(number: $0.due.add(max(time, $0.now), body)) }
  }

  /// The same, counted from now.
  @discardableResult
  public func after(_ span: Duration, _ body: @escaping @Sendable () -> Void) -> Ticket {
    state.withLock { Ticket(number: $0.due.add($0.now + max(span, .zero), body)) }
  }

  /// Calls off what is due; what has happened is fine.
  public func cancel(_ ticket: Ticket) {
    // Let go outside the lock: what it holds may call something off in its end.
    let body = state.withLock { $0.due.remove(ticket.number) }
    withExtendedLifetime(body) {}
  }

  /// A loop that is turned whenever it has work.
  public func makeLoop() -> DrivenLoop {
    let slot = LoopSlot()
    let loop = DrivenLoop { [weak self, slot] in
      guard let self, let loop = slot.loop else { return }
      state.withLock { $0.ready.append(loop) }
    }
    slot.loop = loop
    return loop
  }

  /// Lets everything happen up to and including `end`, and stands there.
  ///
  /// - Parameter betweenSteps: called after every step; false stops at once.
  public func run(until end: Uptime, betweenSteps: () -> Bool = { true }) {
    while let step = next(by: end) {
      take(step)
      guard betweenSteps() else { return }
    }
    state.withLock { $0.now = max($0.now, end) }
  }

  private func take(_ step: consuming Step) {
    switch consume step {
    case .turn(let loop): if loop.turn() { state.withLock { $0.ready.append(loop) } }
    case .body(let body): body()
    }
  }

  private enum Step {
    case turn(DrivenLoop)
    case body(@Sendable () -> Void)
  }

  private func next(by end: Uptime) -> Step? {
    state.withLock { state in
      if !state.ready.isEmpty {
        state.steps += 1
        let place = Int(state.chance.below(UInt64(state.ready.count)))
        state.ready.swapAt(place, state.ready.count - 1)
        return .turn(state.ready.removeLast())
      }
      guard let due = state.due.takeFirst(by: end) else { return nil }
      state.steps += 1
      if due.time > state.now { state.stepsBefore = state.steps }
      state.now = due.time
      return .body(due.body)
    }
  }
}

/// Breaks the circle between a loop and what it calls when it has work.
private final class LoopSlot: @unchecked Sendable {
  // Set once, before the loop is given to anybody.
  weak var loop: DrivenLoop?
}
