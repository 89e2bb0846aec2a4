// SPDX-License-Identifier: Apache-2.0

import Base
import CLibvirt
import CLinux
import Glibc

/// libvirt's process-wide parts, prepared once.
enum LibvirtLibrary {
  /// Prepares the library at the first call: errors are not printed, SIGPIPE is ignored, and a
  /// thread runs its event loop for the life of the process.
  static func prepare() throws(RoostError) {
    if let failure { throw failure }
  }

  private static let failure: RoostError? = {
    guard virInitialize() == 0 else { return libvirtError("start libvirt's library") }
    virSetErrorFunc(nil) { _, _ in }
    // libvirt writes to its socket with write(2): a libvirtd that has just died would end us too.
    signal(SIGPIPE, SIG_IGN)
    guard virEventRegisterDefaultImpl() == 0 else {
      return libvirtError("start libvirt's event loop")
    }
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { _ in
        roost_name_thread("libvirt-events")
        while true {
          // It fails only when poll(2) does, for want of kernel memory: try again, without haste.
          if virEventRunDefaultImpl() < 0 { usleep(100_000) }
        }
      }, nil)
    guard code == 0 else { return .system("start libvirt's event thread", errno: code) }
    pthread_detach(thread)
    return nil
  }()
}
