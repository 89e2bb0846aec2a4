// SPDX-License-Identifier: Apache-2.0

import Base
import CSQLite

/// A file system layer of SQLite's by its name, for what is to be done with a file as a whole.
struct FileLayer {
  private let vfs: UnsafeMutablePointer<sqlite3_vfs>

  init(_ name: String) throws(RoostError) {
    guard let vfs = sqlite3_vfs_find(name) else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "SQLite has no file system layer \(name)")
    }
    self.vfs = vfs
  }

  func exists(_ path: String) throws(RoostError) -> Bool {
    var answer: Int32 = 0
    let code = vfs.pointee.xAccess(vfs, path, SQLITE_ACCESS_READWRITE, &answer)
    guard code == SQLITE_OK else { throw .database(nil, code, "look for \(path)") }
    return answer != 0
  }

  /// Removes a file; none there is fine, and so is a failure.
  func remove(_ path: String) { _ = vfs.pointee.xDelete(vfs, path, 0) }

  /// Puts a file and its name on the disk. SQLite flushes the folder too when it first flushes a journal
  /// that it may have made, so that is what this file is said to be.
  func flush(_ path: String) throws(RoostError) {
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(vfs.pointee.szOsFile), alignment: 16)
    defer { room.deallocate() }
    room.initializeMemory(as: UInt8.self, repeating: 0)
    guard let file = room.baseAddress?.assumingMemoryBound(to: sqlite3_file.self) else { return }
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_SUPER_JOURNAL
    var code = vfs.pointee.xOpen(vfs, path, file, flags, nil)
    guard code == SQLITE_OK, let methods = file.pointee.pMethods else {
      throw .database(nil, code, "open \(path)")
    }
    code = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
    _ = methods.pointee.xClose(file)
    guard code == SQLITE_OK else { throw .database(nil, code, "flush \(path)") }
  }
}
