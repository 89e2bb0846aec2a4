// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import NodeProtocol
import Scratch
import Synchronization
import TestSupport
import Wire

@testable import AgentDaemon

/// A host that may become a node, and a controller that issues certificates to it.
final class CertificateScene: Sendable {
  struct State {
    /// Keys that certificates were asked for, in hexadecimal, in order.
    var keys: [String] = []
    var requests: [EnrolRequest] = []
    /// What calls answer instead, one after the other.
    var failures: [WireStatus] = []
    /// Whether an answer is lost on its way.
    var losesAnswers = false
  }

  let folder: TemporaryFolder
  let clock = TestClock()
  let authority: TestAuthority
  let node = NodeID.random(from: SystemRandomness())
  let token: EnrolmentToken
  let state = Mutex(State())
  /// Each call, once it was answered or failed.
  let calls = Mailbox<Void>()
  let exchange: LoopbackNetwork.Exchange

  init() throws {
    folder = try TemporaryFolder()
    exchange = try LoopbackNetwork.Exchange()
    authority = try TestAuthority(
      in: folder, clock: clock, randomness: SystemRandomness())
    token = try EnrolmentToken(
      address: "controller", fingerprint: Certificate(pem: authority.certificate).fingerprint,
      secret: Secret(SystemRandomness().bytes(EnrolmentToken.secretSize)))
  }

  var configuration: AgentConfiguration {
    get throws {
      try AgentConfiguration(
        text: """
          state_folder: \(folder.file("state"))
          host_name: host-1
          controller:
            address: controller
            certificate: \(folder.file("node.crt"))
            key: \(folder.file("node.key"))
            ca: \(folder.file("ca/ca.crt"))
          """, file: "agent.yaml")
    }
  }

  func files(disk: any Disk = SystemDisk()) throws -> CertificateFiles {
    CertificateFiles(try configuration, disk: disk, clock: clock)
  }

  func enrolment(disk: any Disk = SystemDisk()) throws -> Enrolment {
    Enrolment(
      token: token, configuration: try configuration, file: "agent.yaml", disk: disk, clock: clock,
      network: network(.anonymous))
  }

  /// Calls have time as it passes: whoever moves the clock must not end them.
  func network(_ identity: PeerIdentity) -> LoopbackNetwork {
    LoopbackNetwork(exchange, as: identity, clock: SystemClock())
  }

  /// Makes a certificate offline, where the configuration expects one.
  func makeOffline(_ node: NodeID) throws {
    let issued = try authority.authority.issue(.node(node))
    try SystemDisk().replace(folder.file("node.crt"), with: issued.certificate, mode: 0o644)
    try SystemDisk().replace(folder.file("node.key"), with: issued.key.exposed, mode: 0o600)
  }

  /// Runs `body` while the controller listens.
  func withController(_ body: () async throws -> Void) async throws {
    var table = ServiceTable()
    table.on(EnrolmentMethods.Enrol.self) { [self] (request, _) async throws(WireStatus) in
      state.withLock { $0.requests.append(request) }
      var reply = EnrolReply()
      reply.certificate = try answer(
        request.certificateRequest, request.nodeID == .zero ? node : request.nodeID)
      return reply
    }
    table.on(ControllerMethods.RenewCertificate.self) {
      [self] (request, peer) async throws(WireStatus) in
      defer { calls.put(()) }
      var reply = RenewCertificateReply()
      reply.certificate = try answer(request.certificateRequest, peer.identity.node ?? .zero)
      return reply
    }
    let server = network(PeerIdentity(role: .controller, node: nil))
    let service = table
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.listen(on: "controller", service: service) { _ = await $0.closed() }
      }
      try await body()
      group.cancelAll()
    }
  }

  private func answer(_ bytes: [UInt8], _ node: NodeID) throws(WireStatus) -> IssuedCertificate {
    let (failure, isLost) = state.withLock { state in
      (state.failures.isEmpty ? nil : state.failures.removeFirst(), state.losesAnswers)
    }
    if let failure { throw failure }
    do throws(RoostError) {
      let request = try CertificateRequest(der: bytes)
      state.withLock { $0.keys.append(request.keyID) }
      var issued = IssuedCertificate()
      issued.nodeID = node
      let (_, chain) = try authority.authority.issue(
        .node(node), to: request, life: TestAuthority.lifetime)
      issued.chain = String(decoding: chain, as: UTF8.self)
      issued.authorities = String(decoding: authority.certificate, as: UTF8.self)
      if isLost { throw RoostError(.unavailable, "the connection ended") }
      return issued
    } catch {
      throw WireStatus(error)
    }
  }
}

extension LoopbackNetwork {
  /// Dials once somebody listens.
  func dialWhenListening(_ address: String) async throws -> any WirePeer {
    while true {
      if let peer = try? await dial(address, service: ServiceTable()) { return peer }
      await Task.yield()
    }
  }
}
