// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Synchronization
import Wire

/// A controller in memory: remembers what it was told and lets a test wait for it.
final class FakeController: Sendable {
  struct State {
    var registrations: [RegisterRequest] = []
    var heartbeats: [HeartbeatRequest] = []
    var observations: [Observation] = []
    var peers: [any WirePeer] = []
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let leaseMS: UInt32

  init(leaseMS: UInt32 = 1000) { self.leaseMS = leaseMS }

  var now: State { state.withLock { $0 } }

  func service() -> ServiceTable {
    var table = ServiceTable()
    table.on(ControllerMethods.Register.self) { request, _ async throws(WireStatus) in
      self.note { $0.registrations.append(request) }
      var reply = RegisterReply()
      reply.leaseMS = self.leaseMS
      return reply
    }
    table.on(ControllerMethods.Heartbeat.self) { request, _ async throws(WireStatus) in
      self.note { $0.heartbeats.append(request) }
      var reply = HeartbeatReply()
      reply.leaseMS = self.leaseMS
      return reply
    }
    table.on(ControllerMethods.Report.self) { request, _ async throws(WireStatus) in
      self.note { $0.observations += request.observations }
      return ReportReply()
    }
    return table
  }

  func connected(_ peer: any WirePeer) { note { $0.peers.append(peer) } }

  /// Returns once what was told `fits`.
  func until(_ fits: (State) -> Bool) async {
    while true {
      if fits(now) { return }
      await withCheckedContinuation { continuation in
        // Checked again under the lock, so that nothing told in between is missed.
        let ready = state.withLock { state in
          if fits(state) { return true }
          state.waiting.append(continuation)
          return false
        }
        if ready { continuation.resume() }
      }
    }
  }

  private func note(_ change: (inout State) -> Void) {
    let woken = state.withLock { state in
      change(&state)
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in woken { waiter.resume() }
  }
}
