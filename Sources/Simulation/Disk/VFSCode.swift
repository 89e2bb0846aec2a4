// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// SQLite's extended result codes: macros that Swift does not see.
///
/// Source: sqlite.org/rescode.html.
enum VFSCode {
  static let read = SQLITE_IOERR | 1 << 8
  static let shortRead = SQLITE_IOERR | 2 << 8
  static let write = SQLITE_IOERR | 3 << 8
  static let sync = SQLITE_IOERR | 4 << 8
  static let syncFolder = SQLITE_IOERR | 5 << 8
  static let truncate = SQLITE_IOERR | 6 << 8
  static let size = SQLITE_IOERR | 7 << 8
  static let delete = SQLITE_IOERR | 10 << 8
  static let access = SQLITE_IOERR | 13 << 8
  static let lock = SQLITE_IOERR | 15 << 8
  static let lockIndex = SQLITE_IOERR | 20 << 8
  static let mapIndex = SQLITE_IOERR | 21 << 8
  static let absent = SQLITE_IOERR | 23 << 8
  static let isFolder = SQLITE_CANTOPEN | 2 << 8
}
