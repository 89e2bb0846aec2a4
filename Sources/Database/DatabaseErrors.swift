// SPDX-License-Identifier: Apache-2.0

import Base
import CSQLite

extension RoostError {
  /// SQLite has rolled back the whole transaction by itself.
  static func lostTransaction(_ cause: RoostError? = nil) -> RoostError {
    RoostError(
      .unavailable, "The store could not record the change; nothing was changed.",
      operator: "SQLite rolled the transaction back", cause: cause)
  }

  /// What SQLite reported, in our terms. `what` is the statement or the file; it goes to the
  /// operator only.
  ///
  /// Source: the extended result codes at sqlite.org/rescode.html.
  static func database(_ handle: OpaquePointer?, _ code: Int32, _ what: String) -> RoostError {
    let message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    let detail = "\(message) (SQLite \(code)) in: \(what.prefix(500))"
    switch code & 0xFF {
    case SQLITE_CONSTRAINT:
      return RoostError(
        .conflict, "The change conflicts with what is recorded.", operator: detail)
    case SQLITE_FULL:
      return RoostError(
        .unavailable, "The store's disk is full; nothing was changed.", operator: detail)
    case SQLITE_BUSY, SQLITE_LOCKED:
      return RoostError(
        .unavailable, "The store is busy; nothing was changed.", operator: detail)
    case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM:
      return RoostError(
        .unavailable, "The store can't be reached; nothing was changed.", operator: detail)
    default:
      return RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: detail)
    }
  }
}
