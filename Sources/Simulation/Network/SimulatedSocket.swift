// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Synchronization
import Wire

/// A process's handle on an end of a simulated connection. Once the process is killed it does nothing any
/// more.
final class SimulatedSocket: Transport {
  private let connection: SimulatedConnection
  private let side: Int

  init(_ connection: SimulatedConnection, side: Int) {
    self.connection = connection
    self.side = side
  }

  deinit { close() }

  func start(_ ready: @escaping @Sendable (EventLoop.Readiness) -> Void) throws(RoostError) {
    connection.change(side) { $0.sides[side].ready = ready }
    try want(.read)
  }

  func want(_ interest: EventLoop.Readiness) throws(RoostError) {
    connection.change(side) { state in
      state.sides[side].interest = interest
      connection.wake(&state, side)
      connection.awaitAcknowledgements(&state, side)
    }
  }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    connection.receive(side, into: buffer)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome {
    connection.send(bytes, from: side)
  }

  func close() {
    if connection.isHeld(side) { connection.release(side) }
  }
}

extension SimulatedConnection {
  private static let released = TransportOutcome.failed("the socket is closed")

  /// Whether a process that lives has this end.
  func isHeld(_ side: Int) -> Bool {
    state.withLock { $0.sides[side].process?.isAlive ?? false }
  }

  /// Nothing happens where the process has let go or is dead.
  fileprivate func change(_ side: Int, _ body: (inout State) -> Void) {
    state.withLock { state in
      guard state.sides[side].process?.isAlive ?? false else { return }
      settle(&state, side, network.now)
      body(&state)
    }
  }

  fileprivate func receive(
    _ side: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> TransportOutcome {
    state.withLock { state in
      guard state.sides[side].process?.isAlive ?? false else { return Self.released }
      let outcome = state.sides[side].endpoint.read(into: buffer)
      if state.sides[side].endpoint.owesWindow {
        send(&state, .acknowledgement, from: side, network.now)
      }
      return outcome
    }
  }

  fileprivate func send(_ bytes: UnsafeRawBufferPointer, from side: Int) -> TransportOutcome {
    guard !bytes.isEmpty else { return .done(0) }
    guard let process = state.withLock({ $0.sides[side].process }),
      network.allows(
        process, .send(bytes: bytes.count), from: machines[side], to: machines[1 - side])
    else { return Self.released }
    let now = network.now
    return state.withLock { state in
      settle(&state, side, now)
      let outcome = state.sides[side].endpoint.write(bytes, at: now)
      pump(&state, side, now)
      awaitAcknowledgements(&state, side)
      return outcome
    }
  }
}
