// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Synchronization

/// The yardstick: the same messages behind their length in four bytes, on the same event loop and
/// TLS library. What a call costs beyond it is the protocol's.
struct BareEcho {
  private let folder: String
  private let loop: EventLoop

  init(_ folder: String, _ loop: EventLoop) {
    self.folder = folder
    self.loop = loop
  }

  /// Serves one peer after the other until the process is ended.
  func serve(bound: @Sendable (String) -> Void) throws(RoostError) {
    let listener = try tcpSocket()
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withGeneric(&address) { pointer in
      bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
        && getsockname(listener, pointer, &length) == 0 ? 0 : errno
    }
    guard code == 0 else { throw .system("listen on 127.0.0.1", errno: code) }
    bound("127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { throw .system("accept", errno: errno) }
      try BareConnection(folder, accepts: true, descriptor, loop) { $0.send($1) }.start()
    }
  }

  func dial(_ address: String) throws(RoostError) -> any EchoCaller {
    guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw RoostError(.badRequest, "The address \"\(address)\" has no port.")
    }
    let descriptor = try tcpSocket()
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    target.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    let code = withGeneric(&target) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? 0 : errno
    }
    guard code == 0 else { throw .system("connect to \(address)", errno: code) }
    let caller = BareCaller(loop)
    let connection = try BareConnection(folder, accepts: false, descriptor, loop) {
      caller.answered($1, by: $0)
    }
    caller.connection.withLock { $0 = connection }
    try connection.start()
    return caller
  }

  private func tcpSocket() throws(RoostError) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", errno: errno) }
    return descriptor
  }

  private func withGeneric(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Int32
  ) -> Int32 {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
    }
  }
}

/// Keeps so many messages under way, on the loop alone.
private final class BareCaller: EchoCaller, @unchecked Sendable {
  let connection = Mutex<BareConnection?>(nil)
  private let loop: EventLoop
  private let message = [UInt8](repeating: 0x78, count: EchoCommand.messageBytes)
  private var toSend = 0
  private var toReceive = 0
  private var done: CheckedContinuation<Void, Never>?

  init(_ loop: EventLoop) {
    self.loop = loop
  }

  func make(_ calls: Int, atOnce: Int) async throws(RoostError) {
    await withCheckedContinuation { continuation in
      loop.execute { [self] in
        (toSend, toReceive, done) = (calls, calls, continuation)
        guard let connection = connection.withLock({ $0 }) else { return }
        for _ in 0..<min(calls, atOnce) { sendNext(on: connection) }
        connection.flush()
      }
    }
  }

  func answered(_ reply: ArraySlice<UInt8>, by connection: BareConnection) {
    guard reply.elementsEqual(message) else { return connection.end("a reply is not the request") }
    toReceive -= 1
    if toSend > 0 { sendNext(on: connection) }
    guard toReceive == 0 else { return }
    done?.resume()
    done = nil
  }

  private func sendNext(on connection: BareConnection) {
    toSend -= 1
    connection.send(message[...])
  }
}
