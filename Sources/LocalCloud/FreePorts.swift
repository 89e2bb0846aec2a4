// SPDX-License-Identifier: Apache-2.0

public import Base
import Glibc

/// TCP ports of loopback that nobody uses now and that the kernel gives to nobody unasked: a
/// program that was killed must find its port free when it is started again.
public enum FreePorts {
  private static let range: Range<UInt16> = 10_000..<32_768
  private static let attempts = 200

  /// So many different ones.
  ///
  /// - Throws: `unavailable` when there are not enough.
  public static func pick(_ count: Int) throws(RoostError) -> [UInt16] {
    var ports: [UInt16] = []
    for _ in 0..<attempts where ports.count < count {
      let offset = SystemRandomness().number(below: UInt64(range.count))
      let port = range.lowerBound + UInt16(offset)
      if !ports.contains(port), try isFree(port) { ports.append(port) }
    }
    guard ports.count == count else {
      throw RoostError(.unavailable, "No free ports on loopback between \(range).")
    }
    return ports
  }

  private static func isFree(_ port: UInt16) throws(RoostError) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw .system("make a socket", errno: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
