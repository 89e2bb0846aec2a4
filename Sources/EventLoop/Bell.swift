// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc

/// A descriptor that is readable once somebody has rung.
final class Bell: Sendable {
  let descriptor: Int32

  init() throws(RoostError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .system("eventfd", errno: errno) }
  }

  // Not when the loop's thread ends: whoever rings after that would reach another's descriptor, which
  // has got the number meanwhile.
  deinit { close(descriptor) }

  func ring() {
    var one: UInt64 = 1
    // A full counter means that the loop will wake anyway.
    _ = write(descriptor, &one, 8)
  }

  func silence() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }
}
