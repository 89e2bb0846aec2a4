// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import EventLoop
import Glibc

/// Messages behind their length over TLS. Used on the loop once it is started.
final class BareConnection: @unchecked Sendable {
  private let descriptor: Int32
  private let session: BareSession
  private let loop: EventLoop
  private let take: (BareConnection, ArraySlice<UInt8>) -> Void
  private var incoming: [UInt8] = []
  private var outgoing: [UInt8] = []
  private var waitsToSend = false

  /// Makes the handshake; blocks.
  ///
  /// - Parameter take: gets each message. What it sends goes out when all that came is taken.
  init(
    _ folder: String, accepts: Bool, _ descriptor: Int32, _ loop: EventLoop,
    take: @escaping (BareConnection, ArraySlice<UInt8>) -> Void
  ) throws(RoostError) {
    self.descriptor = descriptor
    self.loop = loop
    self.take = take
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    session = try BareSession(folder, accepts: accepts, descriptor: descriptor)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  func start() throws(RoostError) {
    try loop.watch(descriptor, for: .read) { [self] ready in
      if ready.contains(.write) { flush() }
      if ready.contains(.read) { receive() }
    }
  }

  /// Queues a message.
  func send(_ message: ArraySlice<UInt8>) {
    withUnsafeBytes(of: UInt32(clamping: message.count).bigEndian) { outgoing += $0 }
    outgoing += message
  }

  /// Sends what is queued, as far as the socket takes it.
  func flush() {
    do throws(RoostError) {
      while !outgoing.isEmpty {
        let count = try session.send(outgoing.prefix(16 << 10))
        outgoing.removeFirst(count)
        if count == 0 { break }
      }
      guard waitsToSend == outgoing.isEmpty else { return }
      waitsToSend = !outgoing.isEmpty
      try loop.rewatch(descriptor, for: waitsToSend ? [.read, .write] : .read)
    } catch {
      end("\(error)")
    }
  }

  private func receive() {
    do throws(RoostError) {
      guard try session.receive(into: &incoming) else { return end(nil) }
    } catch {
      return end("\(error)")
    }
    var start = 0
    while incoming.count - start >= 4 {
      let length = incoming[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard incoming.count - start - 4 >= length else { break }
      take(self, incoming[(start + 4)..<(start + 4 + length)])
      start += 4 + length
    }
    incoming.removeFirst(start)
    flush()
  }

  /// Lets go. A reason ends the process: whoever measures has to know.
  func end(_ reason: String?) {
    loop.unwatch(descriptor)
    close(descriptor)
    guard let reason else { return }
    let line = Array("roost-bench: \(reason)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
  }
}
