// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Synchronization

/// One end of a pipe in memory that behaves as a socket does: it fills, and says when there is room.
final class MemoryTransport: Transport {
  /// So many bytes may be under way in one direction.
  private static let capacity = 256 << 10

  /// What the two ends share, by the end that it is for.
  private struct Pipe {
    var bytes: [[UInt8]] = [[], []]
    var isClosed = [false, false]
    var interest: [EventLoop.Readiness] = [[], []]
    var ready: [(@Sendable (EventLoop.Readiness) -> Void)?] = [nil, nil]
  }

  private final class Shared: Sendable {
    let pipe = Mutex(Pipe())
  }

  private let shared: Shared
  private let end: Int
  private let loop: EventLoop

  private init(_ shared: Shared, end: Int, loop: EventLoop) {
    self.shared = shared
    self.end = end
    self.loop = loop
  }

  /// Two ends that are connected.
  static func pair(on loop: EventLoop) -> (MemoryTransport, MemoryTransport) {
    let shared = Shared()
    return (
      MemoryTransport(shared, end: 0, loop: loop), MemoryTransport(shared, end: 1, loop: loop)
    )
  }

  private var other: Int { 1 - end }

  deinit { close() }

  func start(_ ready: @escaping @Sendable (EventLoop.Readiness) -> Void) throws(RoostError) {
    shared.pipe.withLock { $0.ready[end] = ready }
    try want(.read)
  }

  func want(_ interest: EventLoop.Readiness) throws(RoostError) {
    shared.pipe.withLock { $0.interest[end] = interest }
    wake(end)
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    let outcome = shared.pipe.withLock { pipe -> TransportOutcome in
      guard !pipe.bytes[end].isEmpty else { return pipe.isClosed[other] ? .closed : .wantsRead }
      let count = min(buffer.count, pipe.bytes[end].count)
      buffer.copyBytes(from: pipe.bytes[end].prefix(count))
      pipe.bytes[end].removeFirst(count)
      return .done(count)
    }
    wake(other)
    return outcome
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome {
    let outcome = shared.pipe.withLock { pipe -> TransportOutcome in
      guard !pipe.isClosed[other] else { return .failed("the peer has gone") }
      let room = Self.capacity - pipe.bytes[other].count
      guard room > 0 else { return .wantsWrite }
      let count = min(room, bytes.count)
      pipe.bytes[other] += bytes.prefix(count)
      return .done(count)
    }
    wake(other)
    return outcome
  }

  func close() {
    shared.pipe.withLock { pipe in
      pipe.isClosed[end] = true
      pipe.ready[end] = nil
    }
    wake(other)
  }

  /// Tells an end what it waits for, if that is so.
  private func wake(_ end: Int) {
    let (ready, now) = shared.pipe.withLock { pipe in
      var now: EventLoop.Readiness = []
      if !pipe.bytes[end].isEmpty || pipe.isClosed[1 - end] { now.insert(.read) }
      if pipe.bytes[1 - end].count < Self.capacity { now.insert(.write) }
      return (pipe.ready[end], now.intersection(pipe.interest[end]))
    }
    guard let ready, !now.isEmpty else { return }
    loop.execute { ready(now) }
  }
}
