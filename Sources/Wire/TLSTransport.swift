// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc

/// A TLS session on its socket. Closes the socket in the end, whoever forgets to.
final class TLSTransport: Transport, @unchecked Sendable {
  private let descriptor: Int32
  private let session: TLSSession
  private let loop: EventLoop
  // Only touched on the loop, and by whoever drops the last reference.
  private var isOpen = true

  init(descriptor: Int32, session: TLSSession, loop: EventLoop) {
    self.descriptor = descriptor
    self.session = session
    self.loop = loop
  }

  deinit { release() }

  func start(_ ready: @escaping @Sendable (EventLoop.Readiness) -> Void) throws(RoostError) {
    try loop.watch(descriptor, for: .read, ready)
  }

  func want(_ interest: EventLoop.Readiness) throws(RoostError) {
    try loop.rewatch(descriptor, for: interest)
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    session.receive(into: buffer)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome { session.send(bytes) }

  func close() {
    session.sayGoodbye()
    release()
  }

  private func release() {
    guard isOpen else { return }
    isOpen = false
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
  }
}
