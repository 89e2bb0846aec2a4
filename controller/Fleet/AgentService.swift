// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import NodeProtocol
import StateDigest
import Wire

/// Serves what agents call.
struct AgentService: WireService {
  private let table: ServiceTable
  private let log: Logger

  init(fleet: Fleet, delegate: any FleetDelegate) {
    log = fleet.log
    var table = ServiceTable()
    table.serveCredentials(of: fleet, delegate)
    table.on(ControllerMethods.Register.self) {
      (request: RegisterRequest, peer: any WirePeer) async throws(WireStatus) -> RegisterReply in
      let node = try await fleet.speaker(peer)
      try check(request)
      let admitted = try await fleet.admit { () async throws(WireStatus) in
        try await recorded {
          () async throws(RoostError) in
          try await delegate.register(node, request, from: peer.address)
        }
      }
      guard case .done(let desired) = admitted else {
        throw WireStatus(
          .resourceExhausted, "too many nodes are being registered now; come back in a moment")
      }
      await fleet.registered(node, peer: peer, telling: desired)
      var reply = RegisterReply()
      reply.leaseMS = await fleet.leaseMilliseconds
      return reply
    }
    table.on(ControllerMethods.Resume.self) {
      (request: ResumeRequest, peer: any WirePeer) async throws(WireStatus) -> ResumeReply in
      let node = try await fleet.speaker(peer)
      try check(request.registration)
      guard let resumption = Resumption(request) else {
        throw WireStatus(
          .invalidArgument,
          "held_digest and observed_digest have \(StateDigest.size) bytes each, not "
            + "\(request.heldDigest.count) and \(request.observedDigest.count)")
      }
      let admitted = try await fleet.admit { () async throws(WireStatus) in
        try await recorded {
          () async throws(RoostError) in
          try await delegate.resume(node, resumption, from: peer.address)
        }
      }
      let outcome: ResumptionOutcome
      switch admitted {
      case .done(let done): outcome = done
      case .later(let span):
        var reply = ResumeReply()
        reply.retryAfterMS = UInt32(clamping: max(1, span.microseconds / 1000))
        return reply
      }
      if case .registered(let desired, _) = outcome {
        await fleet.registered(node, peer: peer, telling: desired)
      }
      return ResumeReply(outcome, leaseMS: await fleet.leaseMilliseconds)
    }
    table.on(ControllerMethods.Heartbeat.self) {
      (request: HeartbeatRequest, peer: any WirePeer) async throws(WireStatus) -> HeartbeatReply
      in
      try await fleet.heartbeat(request, from: peer)
    }
    table.on(ControllerMethods.Report.self) {
      (request: ReportRequest, peer: any WirePeer) async throws(WireStatus) -> ReportReply in
      let node = try await fleet.registeredSpeaker(peer)
      try await recorded {
        () async throws(RoostError) in try await delegate.observe(node, request.observations)
      }
      return ReportReply()
    }
    table.on(ControllerMethods.GrantImage.self) {
      (request: GrantImageRequest, peer: any WirePeer) async throws(WireStatus) -> GrantImageReply
      in
      let node = try await fleet.registeredSpeaker(peer)
      return try await recorded {
        () async throws(RoostError) in try await delegate.grantImage(request.imageID, to: node)
      }
    }
    self.table = table
  }

  func serve(
    _ request: WireRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> WireReply {
    do throws(WireStatus) {
      return try await table.serve(request, from: peer)
    } catch {
      if error.code == .permissionDenied {
        log.warning("refused a call from \(peer.address ?? "an unknown address"): \(error)")
      }
      throw error
    }
  }
}

/// What a node may say of itself has limits, as any input.
private func check(_ request: RegisterRequest) throws(WireStatus) {
  let inventory = request.inventory
  let isSane =
    (1...255).contains(request.hostName.utf8.count) && request.agentVersion.utf8.count <= 255
    && inventory.traits.count <= 4096 && inventory.physicalNetworks.count <= 256
    && inventory.cpus <= 65_536 && inventory.memoryMB <= 1 << 40 && inventory.diskGB <= 1 << 40
  guard isSane else {
    throw WireStatus(
      .invalidArgument,
      "the registration is outside its limits: a host name of 1 to 255 bytes, at most 4096 "
        + "traits and 256 physical networks")
  }
}

/// Runs the delegate's part; its error travels as a status without the user's text being lost.
func recorded<Value>(
  _ body: () async throws(RoostError) -> Value
) async throws(WireStatus) -> Value {
  do throws(RoostError) {
    return try await body()
  } catch {
    let code: WireStatus.Code =
      switch error.kind {
      case .notFound: .notFound
      case .badRequest: .invalidArgument
      case .forbidden: .permissionDenied
      case .unauthorized: .unauthenticated
      case .conflict: .failedPrecondition
      case .unavailable: .unavailable
      case .cancelled: .cancelled
      case .deadlineExceeded: .deadlineExceeded
      default: .internal
      }
    throw WireStatus(code, error.user)
  }
}

extension ResumeReply {
  fileprivate init(_ outcome: ResumptionOutcome, leaseMS: UInt32) {
    self.init()
    switch outcome {
    case .wanted(let buckets): wantedBuckets = buckets.rawValue
    case .registered(_, let known):
      self.leaseMS = leaseMS
      recordedBuckets = known.buckets.rawValue
      recorded = known.reports.map { report in
        var message = RecordedReport()
        message.instanceID = report.instance
        message.digest = report.bytes
        return message
      }
    }
  }
}
