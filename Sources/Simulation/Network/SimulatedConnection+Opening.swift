// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization
import Wire

// The handshake: SYN, SYN and ACK, ACK, as the endpoints send them, and what comes of it.
extension SimulatedConnection {
  /// What is to be done with the connection unlocked.
  enum Event {
    case nothing
    case opened(UnsafeContinuation<String?, Never>, failure: String?)
    case accepted(Listener)
  }

  /// Returns when the handshake is over, with who is at the other end.
  func open() async throws(OpenFailure) -> PeerIdentity {
    let failure: String? = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<String?, Never>) in
        guard !Task.isCancelled else { return continuation.resume(returning: "cancelled") }
        state.withLock { state in
          state.opening = continuation
          pump(&state, 0, network.now)
        }
      }
    } onCancel: {
      carryOut(
        state.withLock { state in
          guard state.opening != nil else { return .nothing }
          state.sides[0].endpoint.fail("cancelled")
          return event(&state)
        })
    }
    guard failure == nil, let identity = state.withLock({ $0.listenerIdentity }) else {
      throw OpenFailure(reason: failure ?? "connection refused")
    }
    return identity
  }

  /// Why there is no connection.
  struct OpenFailure: Error {
    let reason: String
  }

  /// A SYN has come where nothing is known of it: is anybody there?
  func welcome(_ state: inout State, _ now: Uptime) {
    // The other end has gone on; this one is from before.
    guard state.sides[0].endpoint.phase == .synSent,
      let listener = network.listener(on: machines[1], port: port)
    else { return }
    state.listener = listener
    state.listenerIdentity = listener.identity
    state.sides[1].endpoint = TCPEndpoint(.synReceived, at: now)
    state.sides[1].process = listener.process
  }

  /// What has come of the handshake, once.
  func event(_ state: inout State) -> Event {
    if let opening = state.opening {
      switch state.sides[0].endpoint.phase {
      case .synSent, .synReceived: break
      case .established:
        state.opening = nil
        return .opened(opening, failure: nil)
      case .gone:
        state.opening = nil
        return .opened(
          opening, failure: state.sides[0].endpoint.failure ?? "connection reset")
      }
    }
    guard let listener = state.listener else { return .nothing }
    switch state.sides[1].endpoint.phase {
    case .synSent, .synReceived: return .nothing
    case .established:
      state.listener = nil
      return .accepted(listener)
    case .gone:
      state.listener = nil
      return .nothing
    }
  }

  func carryOut(_ event: Event) {
    switch event {
    case .nothing: break
    case .opened(let opening, let failure): opening.resume(returning: failure)
    case .accepted(let listener):
      listener.arrivals.yield(
        Arrival(SimulatedSocket(self, side: 1), from: caller.identity, at: caller.address))
    }
  }
}
