// SPDX-License-Identifier: Apache-2.0

import Base

/// Decides when an agent dials again. Pure.
///
/// All agents of a fleet lose their controller at the same moment. Each waits a time drawn from the
/// whole of a window, which doubles with each failure, so that they come back spread over it and not
/// in waves ("full jitter").
enum ReconnectRule {
  /// From the first window to the widest.
  static let windows = Duration.seconds(1)...Duration.seconds(30)
  /// A session that lasted so long is no failure, however it ended. One that ended sooner is: two
  /// agents with one certificate, each of which takes the other's place, must not go on for ever at
  /// full speed.
  static let honestSession = Duration.seconds(10)

  /// The window after so many failures in a row, with this one.
  static func window(failures: Int) -> Duration {
    min(windows.lowerBound * (1 << min(max(failures, 1) - 1, 10)), windows.upperBound)
  }

  /// The pause before the next attempt.
  static func pause(failures: Int, _ randomness: any Randomness) -> Duration {
    chance(of: window(failures: failures), randomness)
  }

  /// The pause before a registration is asked for again that the controller has put off: as long as it
  /// said, and up to half of that by chance. What it may ask for is bounded.
  static func pause(askedFor: Duration, _ randomness: any Randomness) -> Duration {
    let bounded = min(max(askedFor, .milliseconds(1)), windows.upperBound)
    return bounded + chance(of: bounded / 2, randomness)
  }

  private static func chance(of span: Duration, _ randomness: any Randomness) -> Duration {
    .microseconds(Int64(randomness.number(below: UInt64(max(span.microseconds, 0)) + 1)))
  }
}
