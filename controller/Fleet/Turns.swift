// SPDX-License-Identifier: Apache-2.0

public import Base

/// Decides when a registration's turn comes. Pure.
///
/// A registration reads and writes the store; a heartbeat does not. When a whole fleet comes back at
/// once, registrations get turns at a rate, in the order in which they ask, and what they leave of the
/// machine is the API's and the heartbeats'. Who would wait long is told when to ask again, each a
/// little later than the last, so that they come back at that rate too.
public struct Turns: Sendable {
  /// What governs it.
  public struct Terms: Sendable, Hashable {
    /// Turns in a second.
    public var rate: Int64
    /// So many may come at once after a quiet time.
    public var burst: Int64
    /// Who would wait longer for a turn is told to ask again.
    public var patience: Duration
    /// So many wait or are being registered at most. Where the machine is slower than the rate, this
    /// bounds what queues before the store.
    public var capacity: Int

    /// The terms of a rate, at least 1.
    public init(
      rate: Int64 = 1000, burst: Int64 = 64, patience: Duration = .milliseconds(400),
      capacity: Int = 512
    ) {
      self.rate = max(1, rate)
      self.burst = max(1, burst)
      self.patience = patience
      self.capacity = max(1, capacity)
    }

    var interval: Duration { .microseconds(max(1, 1_000_000 / rate)) }
  }

  /// When to go on.
  public enum Verdict: Sendable, Hashable {
    /// After so long, possibly at once; `leave` must follow.
    case turn(after: Duration)
    /// Not now: ask again after so long.
    case later(Duration)
  }

  private let terms: Terms
  /// How many wait for their turn or have it.
  public private(set) var inside = 0
  /// When the turn after all that were given would come, if none had been left unused.
  private var next: Uptime?
  /// When the last of those who were sent away was told to ask again.
  private var promised: Uptime?

  /// Nobody is inside.
  public init(_ terms: Terms = Terms()) { self.terms = terms }

  /// Someone asks to be registered.
  public mutating func ask(at now: Uptime) -> Verdict {
    // Turns that nobody took are kept, up to the burst.
    let credit = terms.interval * Int(terms.burst - 1)
    let due = max(next ?? now, now)
    let wait = max(.zero, due - now - credit)
    guard inside < terms.capacity, wait <= terms.patience else {
      let again = max(promised ?? now, now + terms.patience) + terms.interval
      promised = again
      return .later(again - now)
    }
    inside += 1
    next = due + terms.interval
    return .turn(after: wait)
  }

  /// A registration that had its turn is over, or will not come.
  public mutating func leave() { inside = max(0, inside - 1) }
}
