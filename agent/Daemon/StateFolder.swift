// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// The folder that holds all that one agent keeps, held by one agent at a time.
///
/// The lock is the kernel's: it goes with the process, however that ends.
final class StateFolder: Sendable {
  let path: String
  private let descriptor: Int32

  /// Makes the folder if it is absent, and locks it.
  ///
  /// - Throws: `.conflict` when another agent has it.
  init(_ path: String, disk: any Disk) throws(RoostError) {
    // QEMU reaches disks and base images below it as another user.
    try disk.makeFolder(path, mode: 0o711)
    let file = path + "/lock"
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("open \(file)", errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      guard code == EWOULDBLOCK else { throw .system("lock \(file)", errno: code) }
      throw RoostError(.conflict, "Another agent is using the state folder \(path).")
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

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
