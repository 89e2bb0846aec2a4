// SPDX-License-Identifier: Apache-2.0

import Base
import Daemon
import Glibc

/// The folder that holds all that one agent keeps, held by one agent at a time.
final class StateFolder: Sendable {
  let path: String
  private let lock: FolderLock

  /// Makes the folder if it is absent, and locks it.
  ///
  /// - Throws: `.conflict` when another agent has it.
  init(_ path: String, disk: any Disk) throws(RoostError) {
    // QEMU reaches disks and base images below it as another user.
    try disk.makeFolder(path, mode: 0o711)
    guard let lock = try FolderLock(existing: path, holder: "agent") else {
      throw .system("lock \(path)", errno: ENOENT)
    }
    self.lock = lock
    self.path = path
  }

  var journal: String { path + "/journal.db" }
  var images: String { path + "/images" }
  var instances: String { path + "/instances" }

  /// Whether files in the folder can be opened past the page cache; tmpfs of older kernels can't.
  func takesDirectIO(_ disk: any Disk) throws(RoostError) -> Bool {
    let probe = path + "/direct.probe"
    let fd = open(probe, O_RDWR | O_CREAT | O_CLOEXEC | __O_DIRECT, 0o600)
    if fd >= 0 { close(fd) }
    try disk.remove(probe)
    return fd >= 0
  }
}
