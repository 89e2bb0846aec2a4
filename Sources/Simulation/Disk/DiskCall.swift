// SPDX-License-Identifier: Apache-2.0

/// A call that a program makes on a simulated volume, through the `Disk` seam or through SQLite.
public struct DiskCall: Sendable, Hashable {
  /// Calls by the names the kernel has for them.
  public enum Operation: String, Sendable, Hashable, CaseIterable {
    /// Opens a file that is there, or makes it.
    case open
    case read
    case write
    case truncate
    /// Flushes a file.
    case sync
    /// Flushes a folder, and with it the names in it.
    case syncFolder
    case rename
    /// Removes a file's name.
    case unlink
    case makeFolder
    case removeFolder
    /// Lists a folder.
    case list
    /// Asks for a size, or whether something is there.
    case stat
    /// Asks how much is free.
    case space
  }

  public let operation: Operation
  /// What it is about, absolute; empty for a file without a name.
  public let path: String

  /// Describes a call.
  public init(_ operation: Operation, _ path: String) {
    self.operation = operation
    self.path = path
  }
}

extension DiskCall: CustomStringConvertible {
  public var description: String { "\(operation.rawValue) \(path)" }
}
