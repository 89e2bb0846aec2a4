// SPDX-License-Identifier: Apache-2.0

/// The seam for time. Passed in from the composition roots; nothing else may ask the machine.
public protocol Clock: Sendable {
  /// Civil time, for records that people read. May jump.
  var now: Timestamp { get }
  /// Time since boot including suspension (CLOCK_BOOTTIME), for deadlines and leases. Never jumps.
  var uptime: Uptime { get }
  /// Returns when `uptime` has reached `deadline`. Throws `CancellationError` when cancelled.
  func sleep(until deadline: Uptime) async throws
}

extension Clock {
  /// Sleeps for a span counted from now.
  public func sleep(for span: Duration) async throws {
    try await sleep(until: uptime + span)
  }
}

/// A point in civil time: microseconds since 1970-01-01 UTC, as the store keeps it.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since the Unix epoch.
  public let microseconds: Int64

  /// Wraps a stored value.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Whole seconds since the Unix epoch; 0 for times before it.
  public var epochSeconds: UInt64 { UInt64(clamping: microseconds / 1_000_000) }

  /// The time `span` later.
  public static func + (time: Self, span: Duration) -> Self {
    Self(microseconds: time.microseconds + span.microseconds)
  }
}

/// A point on the machine's own clock since boot. Comparable only on one machine, in one boot.
public struct Uptime: Hashable, Comparable, Sendable {
  /// Nanoseconds since boot.
  public let nanoseconds: UInt64

  /// Wraps a reading of CLOCK_BOOTTIME.
  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The point `span` later; a negative span clamps at boot.
  public static func + (time: Self, span: Duration) -> Self {
    let (seconds, attoseconds) = span.components
    // Not a nanosecond short: who sleeps until a deadline must not find that it is not there yet.
    let shifted =
      Int64(clamping: time.nanoseconds) + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    return Self(nanoseconds: UInt64(max(0, shifted)))
  }

  /// The span from `earlier` to `later`.
  public static func - (later: Self, earlier: Self) -> Duration {
    .nanoseconds(Int64(later.nanoseconds) - Int64(earlier.nanoseconds))
  }
}

extension Duration {
  /// Whole microseconds, rounded towards zero.
  public var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }

  /// Seconds with fraction, for messages and figures.
  public var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
