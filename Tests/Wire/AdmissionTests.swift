// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Log
import Synchronization
import Testing

@testable import Wire

/// Who gets a connection, who does not, and what the log says of it.
@Suite(.timeLimit(.minutes(10))) final class AdmissionTests: Sendable {
  let fleet: TestFleet
  let node = NodeID.random(from: SystemRandomness())

  init() throws { fleet = try TestFleet() }

  /// Turns away the nodes that a test names.
  final class Gate: PeerAdmission {
    let takesAnonymous: Bool
    let revoked = Mutex<[NodeID]>([])
    init(takesAnonymous: Bool = true) { self.takesAnonymous = takesAnonymous }
    func refusal(of peer: PeerIdentity) -> String? {
      revoked.withLock { $0.contains { $0 == peer.node } } ? "revoked by a test" : nil
    }
  }

  private func stranger(_ loop: EventLoop, pinning fingerprint: [UInt8]) throws -> TLSNetwork {
    TLSNetwork(
      try TLSCredentials(authorityFingerprint: fingerprint), loop: loop, clock: SystemClock(),
      software: "test/1", log: Logger(fleet.log, threshold: .debug))
  }

  private func fingerprint(_ fleet: TestFleet) throws -> [UInt8] {
    let pem = try SystemDisk().read(fleet.authority, limit: 1 << 20) ?? []
    return try Certificate(pem: pem).fingerprint
  }

  @Test func aPeerWithoutACertificateIsKnownAsSuch() async throws {
    try await fleet.withListener(admission: Gate()) { [self] loop, address in
      let network = try stranger(loop, pinning: fingerprint(fleet))
      let peer = try await network.dial(address, service: Echo())
      #expect(peer.identity.role == .controller)
      let role = try await peer.call("t/Role", [], timeout: .seconds(30))
      #expect(String(decoding: role, as: UTF8.self) == "anonymous")
      await peer.close(reason: "enough")
      // And one with a certificate is whom that names.
      try await fleet.expectService(loop, address)
    }
  }

  @Test func nobodyWithoutACertificateIsLetInWhereThereIsNothingToGet() async throws {
    try await fleet.withListener { [self] loop, address in
      let network = try stranger(loop, pinning: fingerprint(fleet))
      let reply = try? await network.dial(address, service: Echo())
        .call("t/Role", [], timeout: .seconds(30))
      #expect(reply == nil)
      try await fleet.expectService(loop, address)
      #expect(fleet.log.records.contains { $0.text.contains("the peer showed no certificate") })
    }
  }

  /// The refusal comes at any moment of a call's first steps; no call may wait for ever.
  @Test func everyCallOfARefusedPeerEnds() async throws {
    try await fleet.withListener { [self] loop, address in
      let network = try stranger(loop, pinning: fingerprint(fleet))
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<200 {
          group.addTask {
            let reply = try? await network.dial(address, service: Echo())
              .call("t/Role", [], timeout: .seconds(30))
            #expect(reply == nil)
          }
        }
      }
      try await fleet.expectService(loop, address)
    }
  }

  @Test func anEnrollingAgentTrustsNoOtherCA() async throws {
    let other = try TestFleet()
    _ = try other.credentials(.controller)
    try await fleet.withListener(admission: Gate()) { [self] loop, address in
      let network = try stranger(loop, pinning: fingerprint(other))
      let error = await #expect(throws: RoostError.self) {
        try await network.dial(address, service: Echo())
      }
      #expect(error?.user.contains("does not show the CA certificate that is expected") == true)
    }
  }

  /// Any node has a certificate of the fleet's CA; none may pass for the controller with it.
  @Test(arguments: [false, true])
  func aNodeIsNoController(showsAuthority: Bool) async throws {
    let role = CertificateSubject.node(node)
    try await fleet.withListener(as: role, admission: Gate(), showsAuthority: showsAuthority) {
      [self] loop, address in
      let enrolling = try stranger(loop, pinning: fingerprint(fleet))
      let agent = try fleet.network(.node(.random(from: SystemRandomness())), loop)
      for network in [enrolling, agent] {
        let error = await #expect(throws: RoostError.self) {
          try await network.dial(address, service: Echo())
        }
        let reason = error?.user ?? ""
        #expect(
          reason.contains("names no controller") || reason.contains("does not show the CA"),
          "\(reason)")
      }
    }
  }

  @Test func aRevokedNodeIsRefusedAtTheHandshakeAndToldWhy() async throws {
    let gate = Gate()
    try await fleet.withListener(admission: gate) { [self] loop, address in
      gate.revoked.withLock { $0 = [node] }
      let liar = try RawPeer.connect(address)
      let heard = try await liar.secured(
        fleet.credentials(.node(node)), say: HostilePeerTests.hello)
      #expect(heard.bytes == [], "not a byte of the protocol")
      #expect(heard.failure == "the peer refused: Certificate was revoked")
      // The alert goes out before the log is written.
      try await fleet.expectService(loop, address)
      let refused = "node \(node): revoked by a test"
      while !fleet.log.records.contains(where: { $0.text.contains(refused) }) { await Task.yield() }
    }
  }

  @Test func aNewCertificateIsShownFromTheNextHandshakeOn() async throws {
    let clock = SystemClock()
    let (one, two) = (try fleet.material(.controller), try fleet.material(.controller))
    /// Nil where the files can't be read.
    let files = Mutex<TLSMaterial?>(one)
    let log = Logger(fleet.log, threshold: .debug)
    let credentials = try ReloadedCredentials(clock: clock, log: log) {
      () throws(RoostError) -> TLSMaterial in
      guard let found = files.withLock({ $0 }) else {
        throw RoostError(.notFound, "half replaced")
      }
      return found
    }
    let first = try CertificateChain(pem: one.certificate).leaf.serial
    let second = try CertificateChain(pem: two.certificate).leaf.serial
    try await fleet.withListener(credentials: credentials) { [self] loop, address in
      let agent = try fleet.network(.node(node), loop)
      let before = try await agent.dial(address, service: Echo())
      #expect(before.identity.serial == first)
      files.withLock { $0 = nil }
      await credentials.reload()
      await credentials.reload()
      let still = try await agent.dial(address, service: Echo())
      #expect(still.identity.serial == first, "files that can't be read change nothing")
      files.withLock { $0 = two }
      await credentials.reload()
      let after = try await agent.dial(address, service: Echo())
      #expect(after.identity.serial == second)
      #expect(
        try await before.call("t/Echo", [1], timeout: .seconds(30)) == [1],
        "a connection goes on with the certificate it was made with")
      for peer in [before, still, after] { await peer.close(reason: "enough") }
    }
    let warnings = fleet.log.records.filter { $0.text.contains("half replaced") }
    #expect(warnings.count == 1, "told once")
  }
}
