// SPDX-License-Identifier: Apache-2.0

public import Base

/// What is done to a database's file as a whole. Calls block, on a connection of their own. `vfs` is
/// SQLite's name for another file system layer.
public enum DatabaseFile {
  /// Writes a copy of one consistent state to a new file; any process may use the database
  /// meanwhile. On return the copy is on the disk; only its owner may read it.
  ///
  /// - Throws: `conflict` if the copy exists.
  public static func copy(
    _ path: String, to copy: String, vfs: String? = nil
  ) throws(RoostError) {
    let connection = try reader(path, vfs)
    defer { connection.close() }
    try createPrivateFile(copy, vfs: vfs)
    do throws(RoostError) {
      // The pragma guards against slips in queries; it also refuses to write the copy.
      try connection.execute("PRAGMA query_only = OFF")
      _ = try connection.run("VACUUM INTO ?", [.text(copy)])
      try flush(copy, vfs: vfs)
    } catch {
      removeCopy(copy, vfs: vfs)
      throw error
    }
  }

  /// Reads one consistent state, whatever schema the file has.
  public static func read<T>(
    _ path: String, vfs: String? = nil, _ body: (Transaction) throws(RoostError) -> T
  ) throws(RoostError) -> T {
    let connection = try reader(path, vfs)
    defer { connection.close() }
    try connection.execute("BEGIN")
    defer { connection.rollBack() }
    return try body(Transaction(connection))
  }

  /// Changes a file that nobody has open, in one transaction. It is left without a write-ahead log,
  /// so that it can be moved, and read where nothing may be written.
  ///
  /// - Parameter migrations: brings the schema up to date first; nil leaves it as it is.
  public static func change<T>(
    _ path: String, migrations: [Migration]? = nil, vfs: String? = nil,
    _ body: (Transaction) throws(RoostError) -> T
  ) throws(RoostError) -> T {
    let connection = try Connection(path, .writer, vfs: vfs)
    defer { connection.close() }
    if let migrations { try connection.migrate(migrations, path: path) }
    let value: T
    do throws(RoostError) {
      try connection.execute("BEGIN IMMEDIATE")
      value = try body(Transaction(connection))
      try connection.execute("COMMIT")
    } catch {
      connection.rollBack()
      throw error
    }
    connection.forgetStatements()
    try connection.execute("PRAGMA journal_mode = DELETE")
    try flush(path, vfs: vfs)
    return value
  }

  /// What is wrong with a file: damaged pages, rows that refer to none. Empty for a sound one.
  public static func faults(
    of path: String, vfs: String? = nil
  ) throws(RoostError) -> [String] {
    let connection = try reader(path, vfs)
    defer { connection.close() }
    var faults: [String] = []
    do throws(RoostError) {
      for row in try connection.rows("PRAGMA integrity_check(10)", []) {
        faults.append(try row.text("integrity_check"))
      }
      faults.removeAll { $0 == "ok" }
      for row in try connection.rows("PRAGMA foreign_key_check", []).prefix(10) {
        faults.append(
          "a row of \(try row.text("table")) refers to one of \(try row.text("parent")) that is "
            + "not there")
      }
      return faults
    } catch {
      // Some damage ends the check itself.
      guard connection.hasFoundDamage else { throw error }
      return faults + [error.operator ?? error.user]
    }
  }

  /// A connection that reads, after what a crash left half done was undone: SQLite does not do that for one
  /// that may only read.
  static func reader(_ path: String, _ vfs: String?) throws(RoostError) -> Connection {
    let connection = try Connection(path, .reader, vfs: vfs)
    guard connection.needsRescue else { return connection }
    connection.close()
    let rescuer = try Connection(path, .rescuer, vfs: vfs)
    rescuer.touch()
    rescuer.close()
    return try Connection(path, .reader, vfs: vfs)
  }
}
