// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Synchronization
import Wire

/// A TCP socket of the kernel's, for what the simulated ones are measured against.
final class SocketTransport: Transport {
  private let descriptor: Int32
  private let loop: EventLoop
  private let isOpen = Atomic(true)

  private init(_ descriptor: Int32, _ loop: EventLoop) {
    (self.descriptor, self.loop) = (descriptor, loop)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// Two that are connected on 127.0.0.1.
  static func pair(on loop: EventLoop) throws -> (SocketTransport, SocketTransport) {
    let stream = Int32(SOCK_STREAM.rawValue)
    let (listener, near) = (socket(AF_INET, stream, 0), socket(AF_INET, stream, 0))
    defer { Glibc.close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) + listen(listener, 1)
          + getsockname(listener, address, &size) + connect(near, address, size)
      }
    }
    let far = accept(listener, nil, nil)
    guard code == 0, far >= 0 else { throw RoostError.system("a pair of sockets", errno: errno) }
    return (SocketTransport(near, loop), SocketTransport(far, loop))
  }

  deinit { close() }

  func start(_ ready: @escaping @Sendable (EventLoop.Readiness) -> Void) throws(RoostError) {
    try loop.watch(descriptor, for: .read, ready)
  }

  func want(_ interest: EventLoop.Readiness) throws(RoostError) {
    try loop.rewatch(descriptor, for: interest)
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    if count == 0 { return .closed }
    return count > 0 ? .done(count) : failure(.wantsRead)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome {
    let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    return count >= 0 ? .done(count) : failure(.wantsWrite)
  }

  private func failure(_ wait: TransportOutcome) -> TransportOutcome {
    errno == EAGAIN ? wait : .failed(systemErrorText(errno))
  }

  func close() {
    guard isOpen.exchange(false, ordering: .relaxed) else { return }
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
  }
}
