// SPDX-License-Identifier: Apache-2.0

public import Base
public import EventLoop

/// What a step on a transport came to.
public enum TransportOutcome: Equatable, Sendable {
  /// That many bytes.
  case done(Int)
  /// Try again when it can be read.
  case wantsRead
  /// Try again when it can be written.
  case wantsWrite
  /// The peer has ended properly.
  case closed
  /// It can't go on; why.
  case failed(String)
}

/// Bytes to and from one peer, without waiting. Used on one loop.
public protocol Transport: AnyObject, Sendable {
  /// Calls `ready` on the loop whenever the transport is ready for what `want` named last.
  func start(_ ready: @escaping @Sendable (EventLoop.Readiness) -> Void) throws(RoostError)
  /// Says what to wait for.
  func want(_ interest: EventLoop.Readiness) throws(RoostError)
  /// Takes what has come, as much as fits.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome
  /// Gives what it takes of `bytes`. After `wantsRead` or `wantsWrite` the same bytes have to come again.
  func send(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome
  /// Tells the peer that no more comes, as far as that can be done at once, and lets go.
  func close()
}

extension Transport {
  /// Sends what one TLS record holds of `bytes`.
  func send(_ bytes: ArraySlice<UInt8>) -> TransportOutcome {
    bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0.prefix(16 << 10))) }
  }
}

extension WireProtocol {
  /// Takes what a transport has, at most `count` bytes.
  mutating func receive(
    from transport: any Transport, atMost count: Int, at now: Uptime
  ) -> TransportOutcome {
    withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { buffer in
      let outcome = transport.receive(into: buffer)
      if case .done(let count) = outcome {
        receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: now)
      }
      return outcome
    }
  }
}
