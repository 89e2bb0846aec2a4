// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import StateDigest
import Synchronization
import Wire

/// A controller in memory: remembers what it was told and lets a test wait for it.
final class FakeController: Sendable {
  struct State {
    /// Those that were answered with a lease.
    var registrations: [RegisterRequest] = []
    var resumptions: [ResumeRequest] = []
    var held: [EntryDigest] = []
    var refusals = 0
    var heartbeats: [HeartbeatRequest] = []
    var observations: [Observation] = []
    var recorded: [InstanceID: EntryDigest] = [:]
    var peers: [any WirePeer] = []
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let leaseMS: UInt32
  private let compares: Bool

  /// - Parameters:
  ///   - comparing: whether it knows digests.
  ///   - refusals: so many registrations are put off.
  init(leaseMS: UInt32 = 1000, comparing: Bool = false, refusals: Int = 0) {
    self.leaseMS = leaseMS
    compares = comparing
    state.withLock { $0.refusals = refusals }
  }

  /// Believes from now on that the node holds this.
  func hold(_ instance: InstanceID, _ generation: Generation) {
    note { $0.held.append(EntryDigest(holding: instance, generation)) }
  }

  /// Its store was set back to a time before all reports.
  func forgetReports() { note { $0.recorded = [:] } }

  var now: State { state.withLock { $0 } }

  func service() -> ServiceTable {
    var table = ServiceTable()
    table.on(ControllerMethods.Register.self) { request, _ async throws(WireStatus) in
      self.note { $0.registrations.append(request) }
      var reply = RegisterReply()
      reply.leaseMS = self.leaseMS
      return reply
    }
    if compares {
      table.on(ControllerMethods.Resume.self) { request, _ async throws(WireStatus) in
        self.answer(request)
      }
    }
    table.on(ControllerMethods.Heartbeat.self) { request, _ async throws(WireStatus) in
      self.note { $0.heartbeats.append(request) }
      var reply = HeartbeatReply()
      reply.leaseMS = self.leaseMS
      return reply
    }
    table.on(ControllerMethods.Report.self) { request, _ async throws(WireStatus) in
      self.note { state in
        state.observations += request.observations
        for one in request.observations { state.recorded[one.instanceID] = EntryDigest(one) }
      }
      return ReportReply()
    }
    return table
  }

  private func answer(_ request: ResumeRequest) -> ResumeReply {
    var reply = ResumeReply()
    note { state in
      state.resumptions.append(request)
      guard state.refusals == 0 else {
        state.refusals -= 1
        reply.retryAfterMS = 1
        return
      }
      let buckets =
        StateDigest(bytes: request.heldDigest)?
        .differing(from: StateDigest(state.held)) ?? .all
      reply.wantedBuckets = buckets.subtracting(Buckets(rawValue: request.namedBuckets)).rawValue
      guard reply.wantedBuckets == 0 else { return }
      reply.leaseMS = leaseMS
      reply.recordedBuckets = Buckets.all.rawValue
      reply.recorded = state.recorded.values.map { entry in
        var report = RecordedReport()
        report.instanceID = entry.instance
        report.digest = entry.bytes
        return report
      }
      state.registrations.append(request.registration)
    }
    return reply
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
