// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// A row that is added, changed or removed, as whoever watches a database hears of it: before it is
/// committed, and also if it never is. Good only for as long as the call that brings it.
///
/// Source: sqlite.org/c3ref/preupdate_blobwrite.html.
public struct RowChange {
  /// The table's name.
  public let table: String
  private let connection: OpaquePointer
  private let operation: Int32
  private let columns: [String: Int32]

  fileprivate init(
    _ connection: OpaquePointer, _ operation: Int32, of table: String, columns: [String: Int32]
  ) {
    self.connection = connection
    self.operation = operation
    self.table = table
    self.columns = columns
  }

  /// The texts in a column before and after the change: none for another kind of value, or where the table
  /// has no such column.
  public func texts(_ column: String) -> [String] {
    guard let column = columns[column] else { return [] }
    var texts: [String] = []
    if operation != SQLITE_INSERT, let old = text(column, sqlite3_preupdate_old) {
      texts.append(old)
    }
    if operation != SQLITE_DELETE, let new = text(column, sqlite3_preupdate_new),
      !texts.contains(new)
    {
      texts.append(new)
    }
    return texts
  }

  private func text(
    _ column: Int32,
    _ read: (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
  ) -> String? {
    var value: OpaquePointer?
    guard read(connection, column, &value) == SQLITE_OK,
      sqlite3_value_type(value) == SQLITE_TEXT, let text = sqlite3_value_text(value)
    else { return nil }
    return String(cString: text)
  }
}

/// Whoever hears of a connection's changes.
final class RowWatch {
  private let told: @Sendable (RowChange) -> Void
  /// Of each table, its columns' places by name.
  private let tables: [String: [String: Int32]]

  init(tables: [String: [String: Int32]], _ told: @escaping @Sendable (RowChange) -> Void) {
    self.tables = tables
    self.told = told
  }

  /// Begins to listen; this must live as long as the connection.
  func listen(to connection: OpaquePointer) {
    sqlite3_preupdate_hook(
      connection,
      { context, connection, operation, _, table, _, _ in
        guard let context, let connection, let table else { return }
        Unmanaged<RowWatch>.fromOpaque(context).takeUnretainedValue()
          .tell(connection, operation, String(cString: table))
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func tell(_ connection: OpaquePointer, _ operation: Int32, _ table: String) {
    guard let columns = tables[table] else { return }
    told(RowChange(connection, operation, of: table, columns: columns))
  }
}
