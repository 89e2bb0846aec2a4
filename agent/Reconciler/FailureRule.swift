// SPDX-License-Identifier: Apache-2.0

public import Base

/// Decides what a step's error means. Pure.
public enum FailureRule {
  /// What to do.
  public enum Verdict: Sendable, Hashable {
    /// Try again after a pause.
    case retry(Duration)
    /// Give up: the same will happen again.
    case giveUp
  }

  /// Faults of the machine's own may pass; after so many in a row they count as lasting.
  public static let patience = 4

  /// Judges an error.
  ///
  /// - Parameters:
  ///   - attempts: failures in a row, with this one.
  ///   - jitter: 0 to 99, from the seam of chance; spreads what failed at once.
  public static func judge(_ error: RoostError, attempts: Int, jitter: UInt64) -> Verdict {
    switch error.kind {
    case .badRequest, .tooLarge, .forbidden, .overQuota, .notAllowed, .notAcceptable:
      return .giveUp
    case .unavailable, .deadlineExceeded, .cancelled, .unauthorized:
      return .retry(pause(attempts, jitter))
    case .internal, .conflict, .notFound:
      return attempts >= patience ? .giveUp : .retry(pause(attempts, jitter))
    }
  }

  /// Doubles from half a second to half a minute, and up to as much again by chance.
  public static func pause(_ attempts: Int, _ jitter: UInt64) -> Duration {
    let base = Duration.milliseconds(500 << min(max(attempts, 1) - 1, 6))
    let bounded = min(base, .seconds(30))
    return bounded + bounded * Int(min(jitter, 99)) / 100
  }
}
