// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import JSON

/// A UNIX socket that carries lines of JSON. Calls block; used by one thread at a time.
final class LineSocket: @unchecked Sendable {
  let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to a host.
  ///
  /// - Throws: `unavailable` where nobody listens.
  static func connect(_ path: String) throws(RoostError) -> LineSocket {
    let socket = LineSocket(try open())
    let code = try withAddress(path) { Glibc.connect(socket.descriptor, $0, $1) }
    guard code == 0 else {
      throw RoostError(
        .unavailable, "The host at \(path) does not answer: \(systemErrorText(errno)).")
    }
    return socket
  }

  /// Listens at a path; a socket that is left there is replaced.
  static func listen(_ path: String) throws(RoostError) -> LineSocket {
    let socket = LineSocket(try open())
    unlink(path)
    guard try withAddress(path, { bind(socket.descriptor, $0, $1) }) == 0,
      Glibc.listen(socket.descriptor, 128) == 0
    else { throw .system("listen on \(path)", errno: errno) }
    return socket
  }

  /// Waits for the next client; nil once the socket was shut down.
  func accept() -> LineSocket? {
    while true {
      let client = accept4Closing(descriptor)
      if client >= 0 { return LineSocket(client) }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// Wakes whoever waits on it; nothing more comes.
  func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Sends one line.
  ///
  /// - Throws: `unavailable` when the other end is gone.
  func send(_ line: JSONValue) throws(RoostError) {
    let bytes = line.encoded + [0x0A]
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw RoostError(.unavailable, "The other end of a host's socket has gone.")
      }
      sent += count
    }
  }

  /// The next line; nil at the end.
  ///
  /// - Throws: `tooLarge` beyond the limit, `badRequest` for what is no JSON.
  func receive() throws(RoostError) -> JSONValue? {
    var scanned = 0
    while true {
      if let end = buffer[scanned...].firstIndex(of: 0x0A) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        return try JSONValue(parsing: line)
      }
      scanned = buffer.count
      guard scanned <= HostCall.lineLimit else {
        throw RoostError(.tooLarge, "A line has more than \(HostCall.lineLimit) bytes.")
      }
      var piece = [UInt8](repeating: 0, count: 64 << 10)
      let count = recv(descriptor, &piece, piece.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      buffer += piece.prefix(count)
    }
  }

  private static func open() throws(RoostError) -> Int32 {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("make a socket", errno: errno) }
    return descriptor
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(RoostError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else {
      throw RoostError(.badRequest, "The path \(path) is too long for a socket.")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

/// Descriptors of a host must not be inherited by what it starts.
private func accept4Closing(_ listener: Int32) -> Int32 {
  let client = accept(listener, nil, nil)
  if client >= 0 { _ = fcntl(client, F_SETFD, FD_CLOEXEC) }
  return client
}
