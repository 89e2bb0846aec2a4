// SPDX-License-Identifier: Apache-2.0

import Base
import CSQLite

/// One SQLite connection with its prepared statements. Belongs to one thread at a time.
final class Connection {
  enum Mode {
    case writer
    case reader
    /// May write, to undo what a crash left half done; makes nothing.
    case rescuer
  }

  /// More statements than Roost's code has; lists of varying length must not grow it for ever.
  private static let statementLimit = 512

  private let handle: OpaquePointer
  private var statements: [String: Prepared] = [:]
  private var watch: RowWatch?

  init(_ path: String, _ mode: Mode, vfs: String?) throws(RoostError) {
    var opened: OpaquePointer?
    // Each connection stays on its lane's thread, so SQLite's own locking is not needed.
    var flags = SQLITE_OPEN_NOMUTEX
    switch mode {
    case .writer: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .reader: flags |= SQLITE_OPEN_READONLY
    case .rescuer: flags |= SQLITE_OPEN_READWRITE
    }
    let code = sqlite3_open_v2(path, &opened, flags, vfs)
    guard code == SQLITE_OK, let opened else {
      let error = RoostError.database(opened, code, "open \(path)")
      sqlite3_close_v2(opened)
      throw error
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 10_000)
    do throws(RoostError) {
      try configure(mode)
    } catch {
      close()
      throw error
    }
  }

  private func configure(_ mode: Mode) throws(RoostError) {
    switch mode {
    case .writer:
      // Where WAL can't work SQLite keeps the old mode and reports no error.
      let mode = try rows("PRAGMA journal_mode = WAL", []).first?.text("journal_mode")
      guard mode == "wal" else {
        throw RoostError(
          .unavailable, "The store can't be used.",
          operator: "journal mode is \(mode ?? "unknown"), not wal")
      }
      try execute(
        """
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        """)
      if PlantedBug.missingFlush.isPlanted { try execute("PRAGMA synchronous = OFF") }
    case .reader:
      try execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
    case .rescuer:
      try execute("PRAGMA trusted_schema = OFF;")
    }
  }

  func close() {
    forgetStatements()
    sqlite3_close_v2(handle)
  }

  /// Puts on the disk what an earlier process left in the log. One that was killed between writing a
  /// commit and flushing it left a commit that can be read, and that the loss of power would take back
  /// after somebody has seen it. A checkpoint flushes the log before anything else.
  ///
  /// - Throws: when the disk does not take it; then nothing of it may be shown.
  func settleLog() throws(RoostError) {
    _ = try rows("PRAGMA wal_checkpoint(TRUNCATE)", [])
  }

  /// Has `told` hear of every row that this connection changes from now on, in tables that are there now.
  func watch(_ told: @escaping @Sendable (RowChange) -> Void) throws(RoostError) {
    var tables: [String: [String: Int32]] = [:]
    for table in try rows("SELECT name FROM sqlite_schema WHERE type = 'table'", []) {
      let name = try table.text("name")
      for column in try rows("SELECT cid, name FROM pragma_table_info(?)", [.text(name)]) {
        tables[name, default: [:]][try column.text("name")] = Int32(
          clamping: try column.integer("cid"))
      }
    }
    let watch = RowWatch(tables: tables, told)
    watch.listen(to: handle)
    self.watch = watch
  }

  /// Lets go of every prepared statement; some commands need that.
  func forgetStatements() {
    for name in statements.keys.sorted() { sqlite3_finalize(statements[name]?.handle) }
    statements = [:]
  }

  /// Runs statements without parameters or results.
  func execute(_ sql: String) throws(RoostError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw .database(handle, code, sql) }
  }

  /// Whether a transaction is open. A full disk or a failed write can make SQLite roll back by
  /// itself; what runs after that would commit statement by statement.
  ///
  /// Source: "Response To Errors Within A Transaction", sqlite.org/lang_transaction.html.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Whether a crash left a change half done that only a connection that may write can undo. As long as it
  /// is not undone, nothing can be read.
  var needsRescue: Bool {
    // SQLITE_READONLY_ROLLBACK, a macro that Swift doesn't see.
    touch() == SQLITE_READONLY | 3 << 8
  }

  /// Reads as little as makes SQLite undo what was left half done. Returns its result code.
  @discardableResult
  func touch() -> Int32 {
    sqlite3_exec(handle, "SELECT 1 FROM sqlite_schema LIMIT 1", nil, nil, nil)
  }

  /// Whether the last call failed because the file is no sound database.
  var hasFoundDamage: Bool {
    [SQLITE_CORRUPT, SQLITE_NOTADB].contains(sqlite3_errcode(handle) & 0xFF)
  }

  /// Rolls back what is open; nothing open is fine.
  func rollBack() {
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }

  /// Runs one statement and returns how many rows it changed.
  func run(_ sql: String, _ values: [SQLValue]) throws(RoostError) -> Int {
    let statement = try bound(sql, values).handle
    defer { sqlite3_reset(statement) }
    var code = sqlite3_step(statement)
    while code == SQLITE_ROW { code = sqlite3_step(statement) }
    guard code == SQLITE_DONE else { throw .database(handle, code, sql) }
    return Int(sqlite3_changes64(handle))
  }

  /// Runs one statement and returns its rows.
  func rows(_ sql: String, _ values: [SQLValue]) throws(RoostError) -> [Row] {
    let prepared = try bound(sql, values)
    let statement = prepared.handle
    defer { sqlite3_reset(statement) }
    var found: [Row] = []
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return found }
      guard code == SQLITE_ROW else { throw .database(handle, code, sql) }
      // Not before the first step, in which SQLite prepares anew what a change of the schema made stale.
      let columns = prepared.columns()
      found.append(
        Row(columns, values: (0..<columns.count).map { column(statement, $0) }))
    }
  }

  private func column(_ statement: OpaquePointer, _ index: Int) -> SQLValue {
    let index = Int32(index)
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, index))
    case SQLITE_TEXT:
      let text = sqlite3_column_text(statement, index)
      let count = Int(sqlite3_column_bytes(statement, index))
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let bytes = sqlite3_column_blob(statement, index)
      let count = Int(sqlite3_column_bytes(statement, index))
      return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
    default: return .null
    }
  }

  private func bound(_ sql: String, _ values: [SQLValue]) throws(RoostError) -> Prepared {
    let prepared = try prepared(sql)
    let statement = prepared.handle
    // What was bound last stays until it is replaced; a count that differs is a slip in the code.
    guard Int(sqlite3_bind_parameter_count(statement)) == values.count else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "\(values.count) values for \(sql)")
    }
    for (offset, value) in values.enumerated() {
      let code = bind(statement, Int32(offset + 1), value)
      guard code == SQLITE_OK else { throw .database(handle, code, sql) }
    }
    return prepared
  }

  private func bind(_ statement: OpaquePointer, _ index: Int32, _ value: SQLValue) -> Int32 {
    // SQLITE_TRANSIENT, a macro that Swift doesn't see: SQLite copies the bytes.
    let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let number): return sqlite3_bind_int64(statement, index, number)
    case .real(let number): return sqlite3_bind_double(statement, index, number)
    case .text(let text):
      var text = text
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) {
          sqlite3_bind_text64(
            statement, index, $0.baseAddress ?? UnsafePointer(bitPattern: 1), UInt64($0.count),
            copy, UInt8(SQLITE_UTF8))
        }
      }
    case .blob(let bytes):
      if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
      return bytes.withUnsafeBytes {
        sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), copy)
      }
    }
  }

  private func prepared(_ sql: String) throws(RoostError) -> Prepared {
    if let statement = statements[sql] { return statement }
    var made: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let made else { throw .database(handle, code, sql) }
    if statements.count >= Self.statementLimit { forgetStatements() }
    let statement = Prepared(made)
    statements[sql] = statement
    return statement
  }
}
