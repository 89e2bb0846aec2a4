// SPDX-License-Identifier: Apache-2.0

import Base
import CMicroHTTPD
import Glibc

/// A listening TCP socket, and its address in text once the kernel has chosen a port.
struct ListenSocket {
  let descriptor: Int32
  let address: String

  init(_ text: String) throws(RoostError) {
    guard var target = SocketAddress(text) else {
      throw RoostError(
        .badRequest,
        "`\(text)` is not an address to listen on; expected one like 127.0.0.1:8770 or [::1]:8770.")
    }
    let fd = socket(
      target.family,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard fd >= 0 else { throw .system("socket for \(text)", errno: errno) }
    var on: Int32 = 1
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let listening = target.withPointer { bind(fd, $0, $1) == 0 } && listen(fd, 1024) == 0
    guard listening, let actual = SocketAddress(of: fd) else {
      let code = errno
      close(fd)
      throw RoostError(
        .unavailable, "Cannot listen on \(text): \(systemErrorText(code)).")
    }
    descriptor = fd
    address = actual.text
  }
}

/// An IPv4 or IPv6 address with its port.
struct SocketAddress {
  private var storage = sockaddr_storage()

  var family: Int32 { Int32(storage.ss_family) }

  /// Parses `1.2.3.4:80` or `[::1]:80`. Names are not resolved.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    let host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1
      else { return nil }
      withUnsafeBytes(of: &address) { store($0) }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      guard inet_pton(AF_INET, String(host), &address.sin_addr) == 1 else { return nil }
      withUnsafeBytes(of: &address) { store($0) }
    }
  }

  /// The local address of a socket.
  init?(of descriptor: Int32) {
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let done = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard done == 0 else { return nil }
  }

  /// A peer's address as a library hands it over.
  init?(_ pointer: UnsafePointer<sockaddr>) {
    let size: Int
    switch Int32(pointer.pointee.sa_family) {
    case AF_INET: size = MemoryLayout<sockaddr_in>.size
    case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    store(UnsafeRawBufferPointer(start: pointer, count: size))
  }

  private mutating func store(_ bytes: UnsafeRawBufferPointer) {
    withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: bytes) }
  }

  mutating func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result)
    -> Result
  {
    let isV4 = family == AF_INET
    let size = isV4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    return withUnsafePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
  }

  /// The host alone, without brackets.
  var host: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    withUnsafeBytes(of: storage) { bytes in
      // The address lies behind family, port and (for IPv6) flow label: RFC 3493.
      let offset = family == AF_INET ? 4 : 8
      _ = inet_ntop(
        family, bytes.baseAddress?.advanced(by: offset), &buffer, socklen_t(buffer.count))
    }
    return String(upToZero: buffer)
  }

  /// Host and port as `init(_:)` reads them.
  var text: String {
    let port = withUnsafeBytes(of: storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    return family == AF_INET ? "\(host):\(port)" : "[\(host)]:\(port)"
  }
}
