// SPDX-License-Identifier: Apache-2.0

/// How a simulated volume fails those who use it.
public struct DiskFaults: Sendable, Hashable {
  /// Which of the calls of one kind fail, with EIO.
  public enum Failing: Sendable, Hashable {
    case none
    /// The next so many; then none.
    case next(Int)
    case all
    /// Of ten thousand so many, as chance has it.
    case some(UInt64)
  }

  /// Of the calls that read.
  public var reads: Failing
  /// Of the calls that change a file or a name. One that fails has changed nothing.
  public var writes: Failing
  /// Of the flushes. Of what a failed flush should have written some may be on the disk; the rest stays
  /// to be written, or counts as written and is not, as chance has it. The second is what Linux does
  /// ("fsyncgate", lwn.net/Articles/752063).
  public var syncs: Failing
  /// A flush says that all is on the disk, and nothing is.
  public var ignoresSyncs: Bool
  /// There is no room for anything more.
  public var isFull: Bool
  /// Whatever would change something is said to be done, and nothing is.
  public var ignoresWrites: Bool

  /// By default nothing fails.
  public init(
    reads: Failing = .none, writes: Failing = .none, syncs: Failing = .none,
    ignoresSyncs: Bool = false, isFull: Bool = false, ignoresWrites: Bool = false
  ) {
    self.reads = reads
    self.writes = writes
    self.syncs = syncs
    self.ignoresSyncs = ignoresSyncs
    self.isFull = isFull
    self.ignoresWrites = ignoresWrites
  }
}
