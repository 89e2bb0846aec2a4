// SPDX-License-Identifier: Apache-2.0

/// The version of a desired state. Restoring a backup raises the epoch, so that what was told
/// before can't be mistaken for newer than what is told after.
public struct Generation: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Raised at each restore.
  public let epoch: UInt64
  /// Raised by one at each change within an epoch.
  public let number: UInt64

  /// Older than anything that was ever told.
  public static let zero = Generation(epoch: 0, number: 0)

  /// Wraps a stored or received pair.
  public init(epoch: UInt64, number: UInt64) {
    self.epoch = epoch
    self.number = number
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.epoch, left.number) < (right.epoch, right.number)
  }

  public var description: String { "\(epoch).\(number)" }
}
