// SPDX-License-Identifier: Apache-2.0

import Base

/// When a certificate is renewed. Pure.
enum RenewalRule {
  /// A third of its life is left, or up to a twentieth more, so that nodes that were enrolled together
  /// do not renew together.
  ///
  /// - Parameter jitter: 0 to 99.
  static func due(begins: Timestamp, expires: Timestamp, jitter: UInt64) -> Timestamp {
    let life = life(begins, expires)
    return expires + (life / 3 + life / 20 * Int(jitter) / 100) * -1
  }

  /// From when on an operator should look why it was not: a tenth of its life before its end.
  static func overdue(begins: Timestamp, expires: Timestamp) -> Timestamp {
    expires + life(begins, expires) / 10 * -1
  }

  /// How long to wait after a failure: a minute, then twice as long each time, up to an hour, and never
  /// more than a tenth of what is left.
  ///
  /// - Parameters:
  ///   - failures: in a row; at least 1.
  ///   - left: until the certificate ends.
  ///   - jitter: 0 to 99; a quarter of the pause at most.
  static func pause(after failures: Int, left: Duration, jitter: UInt64) -> Duration {
    let doubled = Duration.seconds(60 << min(max(failures - 1, 0), 6))
    let pause = max(min(doubled, .seconds(3600), left / 10), .seconds(1))
    return pause + pause / 4 * Int(jitter) / 100
  }

  private static func life(_ begins: Timestamp, _ expires: Timestamp) -> Duration {
    .microseconds(expires.microseconds - begins.microseconds)
  }
}
