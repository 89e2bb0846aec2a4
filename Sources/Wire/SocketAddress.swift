// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc

/// An address and port that a socket can be bound or connected to.
struct SocketAddress {
  private var storage = sockaddr_storage()
  private var length: socklen_t = 0

  /// Resolves `host:port` or `[v6]:port`. May ask DNS and block.
  init(resolving text: String) throws(RoostError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else {
      throw RoostError(.badRequest, "The address \"\(text)\" is not of the form host:port.")
    }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &found)
    guard code == 0, let found, let address = found.pointee.ai_addr else {
      let reason = String(cString: gai_strerror(code))
      throw RoostError(.unavailable, "The host of \"\(text)\" can't be resolved: \(reason).")
    }
    defer { freeaddrinfo(found) }
    length = min(found.pointee.ai_addrlen, socklen_t(MemoryLayout<sockaddr_storage>.size))
    memcpy(&storage, address, Int(length))
  }

  /// Calls a socket function with this address.
  func with<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// A non-blocking TCP socket of this address's family.
  func socket() throws(RoostError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(Int32(storage.ss_family), type, 0)
    guard descriptor >= 0 else { throw .system("socket", errno: errno) }
    return descriptor
  }
}

/// Small messages go out at once; a call waits for its answer.
func setNoDelay(_ descriptor: Int32) {
  var on: Int32 = 1
  setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
}

/// The address a listening socket got, as `host:port`: tells what port 0 became.
func boundAddress(_ descriptor: Int32) -> String {
  guard let (host, port) = numeric({ getsockname(descriptor, $0, $1) }) else { return "unknown" }
  return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

/// The IP address at the other end of a connection; nil for one that has ended. An IPv4 address that
/// came in by an IPv6 socket is told as what it is, and no interface is named.
func peerAddress(_ descriptor: Int32) -> String? {
  guard let (host, _) = numeric({ getpeername(descriptor, $0, $1) }) else { return nil }
  let mapped = "::ffff:"
  if host.hasPrefix(mapped), host.contains(".") { return String(host.dropFirst(mapped.count)) }
  return String(host.prefix { $0 != "%" })
}

/// What a call tells of a socket's address, as numbers.
private func numeric(
  _ get: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
) -> (host: String, port: String)? {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  var host = [CChar](repeating: 0, count: 256)
  var port = [CChar](repeating: 0, count: 32)
  let found = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      get(address, &length) == 0
        && getnameinfo(
          address, length, &host, 256, &port, 32, NI_NUMERICHOST | NI_NUMERICSERV) == 0
    }
  }
  return found ? (String(upToZero: host), String(upToZero: port)) : nil
}
