// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Creates an empty file that only its owner may read, which SQLite then fills. Another layer has no
/// owners.
///
/// Never opens a file that exists: closing it would drop SQLite's locks on it.
func createPrivateFile(_ path: String, vfs: String?) throws(RoostError) {
  let existing = RoostError(.conflict, "\(path) exists; name a new file.")
  if let vfs {
    guard try !FileLayer(vfs).exists(path) else { throw existing }
    return
  }
  let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
  guard file >= 0 else {
    if errno == EEXIST { throw existing }
    throw .system("create \(path)", errno: errno)
  }
  close(file)
}

/// Puts a finished copy and its name on the disk, and that its journal is gone: SQLite 3.40 does not after
/// VACUUM INTO, and a journal that is there again after a power cut undoes the copy.
func flush(_ path: String, vfs: String?) throws(RoostError) {
  if let vfs { return try FileLayer(vfs).flush(path) }
  try flushOne(path)
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
  try flushOne(folder ?? ".")
}

/// Removes what is left of a copy that failed; that this fails too goes unsaid.
func removeCopy(_ path: String, vfs: String?) {
  guard let vfs else {
    unlink(path)
    return
  }
  _ = Result { () throws(RoostError) in try FileLayer(vfs).remove(path) }
}

private func flushOne(_ path: String) throws(RoostError) {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw .system("open \(path)", errno: errno) }
  defer { close(file) }
  guard fsync(file) == 0 else { throw .system("flush \(path)", errno: errno) }
}
