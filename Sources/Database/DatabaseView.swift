// SPDX-License-Identifier: Apache-2.0

public import Base

/// A database's file as one who only looks sees it, time and again, while others write: a connection of its
/// own that stays open. Calls block, and whoever holds it makes one at a time.
public final class DatabaseView: Sendable {
  private nonisolated(unsafe) let connection: Connection

  /// - Parameter vfs: SQLite's name for another file system layer.
  public init(_ path: String, vfs: String? = nil) throws(RoostError) {
    connection = try DatabaseFile.reader(path, vfs)
  }

  deinit { connection.close() }

  /// Reads one consistent state.
  public func read<T>(_ body: (Transaction) throws(RoostError) -> T) throws(RoostError) -> T {
    try connection.execute("BEGIN")
    defer { connection.rollBack() }
    return try body(Transaction(connection))
  }
}
