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
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  var host = [UInt8](repeating: 0, count: 256)
  var port = [UInt8](repeating: 0, count: 32)
  let found = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      getsockname(descriptor, address, &length) == 0
        && host.withUnsafeMutableBytes { host in
          port.withUnsafeMutableBytes { port in
            getnameinfo(
              address, length, host.bindMemory(to: CChar.self).baseAddress, 256,
              port.bindMemory(to: CChar.self).baseAddress, 32, NI_NUMERICHOST | NI_NUMERICSERV)
              == 0
          }
        }
    }
  }
  guard found else { return "unknown" }
  let name = String(decoding: host.prefix { $0 != 0 }, as: UTF8.self)
  let number = String(decoding: port.prefix { $0 != 0 }, as: UTF8.self)
  return name.contains(":") ? "[\(name)]:\(number)" : "\(name):\(number)"
}
