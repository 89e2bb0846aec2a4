// SPDX-License-Identifier: Apache-2.0

/// The seam for chance. Ids, secrets and jitter come from here, so that a seed can replay them.
public protocol Randomness: Sendable {
  /// Exactly `count` bytes. The system's source is fit for secrets.
  func bytes(_ count: Int) -> [UInt8]
}

extension Randomness {
  /// A number in `0..<bound` without bias worth mentioning for bounds far below 2^64.
  public func number(below bound: UInt64) -> UInt64 {
    guard bound > 1 else { return 0 }
    let word = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return word % bound
  }
}
