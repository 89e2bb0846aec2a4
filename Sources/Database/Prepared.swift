// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// A prepared statement, which belongs to its connection.
final class Prepared {
  let handle: OpaquePointer
  private var known: Columns?
  private var knownAt: Int32 = 0

  init(_ handle: OpaquePointer) { self.handle = handle }

  /// What its rows have. Kept from run to run, until SQLite prepares the statement anew for another
  /// schema: names cost more to make than values.
  func columns() -> Columns {
    let preparations = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
    if let known, knownAt == preparations { return known }
    let columns = Columns(
      (0..<sqlite3_column_count(handle)).map { column in
        sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
      })
    (known, knownAt) = (columns, preparations)
    return columns
  }
}

/// The names of a result's columns.
final class Columns: Sendable {
  let names: [String]
  private let places: [String: Int]

  var count: Int { names.count }

  init(_ names: [String]) {
    self.names = names
    places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { one, _ in one })
  }

  /// The place of a column; of those with one name the first.
  func place(of name: String) -> Int? { places[name] }
}
