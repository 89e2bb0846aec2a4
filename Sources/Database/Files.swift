// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Creates an empty file that only its owner may read, which SQLite then fills.
///
/// Never opens a file that exists: closing it would drop SQLite's locks on it.
func createPrivateFile(_ path: String) throws(RoostError) {
  let file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
  guard file >= 0 else {
    if errno == EEXIST { throw RoostError(.conflict, "\(path) exists; name a new file.") }
    throw .system("create \(path)", errno: errno)
  }
  close(file)
}

/// Puts a finished copy and its name on the disk: SQLite 3.40 does not after VACUUM INTO.
func flush(_ path: String) throws(RoostError) {
  try flushOne(path)
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
  try flushOne(folder ?? ".")
}

private func flushOne(_ path: String) throws(RoostError) {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw .system("open \(path)", errno: errno) }
  defer { close(file) }
  guard fsync(file) == 0 else { throw .system("flush \(path)", errno: errno) }
}
