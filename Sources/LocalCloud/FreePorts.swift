// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// TCP ports of loopback that nobody uses now. They are kept over restarts, so the system can't
/// choose them at each bind.
enum FreePorts {
  static func pick(_ count: Int) throws(RoostError) -> [UInt16] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    var ports: [UInt16] = []
    for _ in 0..<count {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
      guard descriptor >= 0 else { throw .system("make a socket", errno: errno) }
      sockets.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
        }
      }
      guard result else { throw .system("bind a socket to loopback", errno: errno) }
      ports.append(UInt16(bigEndian: address.sin_port))
    }
    return ports
  }
}
