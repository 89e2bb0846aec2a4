// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Cloud
import CloudModel
import Fleet
import Log
import NodeProtocol
import Store
import TestSupport
import Testing
import Wire

/// Renewal over the connection that is there, and revocation that ends it.
@Suite(.timeLimit(.minutes(10)))
struct RevocationTests {
  private let cloud: TestCloud

  init() throws { cloud = try TestCloud() }

  /// A node that was enrolled, with the certificate it has.
  private func enrolled(_ id: NodeID? = nil) async throws -> (TestNode, Certificate) {
    var draft = EnrolmentDraft()
    draft.node = id
    let made = try await cloud.cloud.access.makeEnrolment(draft, for: TestCallers.admin)
    var request = EnrolRequest()
    request.secret = try EnrolmentToken(made.token.exposed).secret.exposed
    request.certificateRequest = try CertificateRequest.make(for: .generate())
    request.hostName = "host-1"
    let issued = try await cloud.call(EnrolmentMethods.Enrol.self, request).certificate
    let certificate = try CertificateChain(pem: Array(issued.chain.utf8)).leaf
    return (node(issued.nodeID, certificate), certificate)
  }

  private func node(_ id: NodeID, _ certificate: Certificate) -> TestNode {
    cloud.makeNode(
      id: id,
      identity: PeerIdentity(
        role: .node, node: id, serial: certificate.serial, expires: certificate.expires))
  }

  private func renew(_ node: TestNode, key: PrivateKey) async throws -> Certificate {
    var request = RenewCertificateRequest()
    request.certificateRequest = try CertificateRequest.make(for: key)
    let reply = try await node.call(ControllerMethods.RenewCertificate.self, request)
    #expect(reply.certificate.nodeID == node.id)
    return try CertificateChain(pem: Array(reply.certificate.chain.utf8)).leaf
  }

  private func revoke(_ node: NodeID) async throws {
    _ = try await cloud.cloud.access.revoke(node, reason: "stolen", for: TestCallers.admin)
  }

  private func isWelcome(_ node: TestNode) async throws -> Bool {
    do {
      try await node.connect()
      try await node.register()
      return true
    } catch is WireStatus {
      return false
    }
  }

  @Test func aCertificateIsRenewedOnTheConnectionThatIsThere() async throws {
    let (node, first) = try await enrolled()
    try await node.connect()
    try await node.register()
    cloud.clock.advance(by: .seconds(60 * 86_400))
    let key = try PrivateKey.generate()
    let second = try await renew(node, key: key)
    #expect(second.expires == cloud.clock.now + TestAuthority.lifetime)
    #expect(second.subject == first.subject && second.serial != first.serial)
    #expect(try await renew(node, key: key).serial == second.serial, "a repeat is harmless")
    // The connection outlives the certificate that it was made with.
    cloud.clock.advance(by: .seconds(40 * 86_400))
    #expect(cloud.clock.now > first.expires)
    try await node.heartbeat()
    // But not the one that was renewed.
    cloud.clock.advance(by: .seconds(51 * 86_400))
    let status = await #expect(throws: WireStatus.self) { try await node.heartbeat() }
    #expect(status?.code == .permissionDenied || status?.code == .unavailable)
    let told = cloud.logged.records.map(\.text)
    #expect(told.contains { $0.contains("certificate of this connection ended") })
    #expect(await cloud.fleet.connected == [])
  }

  @Test func aConnectionEndsWithACertificateThatNobodyRenewed() async throws {
    let (node, first) = try await enrolled()
    try await node.connect()
    try await node.register()
    cloud.clock.advance(by: TestAuthority.lifetime)
    #expect(cloud.clock.now == first.expires)
    await #expect(throws: WireStatus.self) { try await node.heartbeat() }
    #expect(await cloud.fleet.connected == [])
  }

  @Test func aNodeCantGatherCertificates() async throws {
    let (node, _) = try await enrolled()
    try await node.connect()
    try await node.register()
    for _ in 1..<16 { _ = try await renew(node, key: .generate()) }
    let status = await #expect(throws: WireStatus.self) {
      _ = try await renew(node, key: .generate())
    }
    #expect(status?.code == .failedPrecondition)
    #expect(status?.message.contains("16 certificates that hold") == true)
    cloud.clock.advance(by: TestAuthority.lifetime + .seconds(31 * 86_400))
    let (again, _) = try await enrolled()
    let kept = try await cloud.store.read { (tx) throws(RoostError) in
      try tx.certificates().map(\.node)
    }
    #expect(kept == [again.id], "what ended long ago is forgotten")
  }

  @Test func aRevokedNodesConnectionEndsAtOnceAndStaysRefused() async throws {
    let (node, first) = try await enrolled()
    try await node.connect()
    try await node.register()
    let second = try await renew(node, key: .generate())
    var draft = EnrolmentDraft()
    draft.node = node.id
    let open = try await cloud.cloud.access.makeEnrolment(draft, for: TestCallers.admin)
    try await revoke(node.id)
    #expect(await cloud.fleet.connected == [])
    await #expect(throws: WireStatus.self) { try await node.heartbeat() }
    for certificate in [first, second] {
      #expect(try await !isWelcome(self.node(node.id, certificate)))
    }
    #expect(try await !isWelcome(cloud.makeNode(id: node.id)), "nor one that is not on record")
    let left = try await cloud.cloud.access.enrolments(for: TestCallers.admin).map(\.enrolment.id)
    #expect(!left.contains(open.enrolment.id), "its tokens are gone too")
    let report = try await cloud.cloud.nodeReport(node.id, for: TestCallers.admin)
    #expect(report.standing.isRevoked && report.standing.revocation?.authorName == "admin")
    #expect(report.standing.revocation?.reason == "stolen")
    #expect(
      cloud.logged.records.contains {
        $0.text.contains("admin revoked the node's certificates: stolen")
      })

    let (anew, third) = try await enrolled(node.id)
    #expect(anew.id == node.id)
    #expect(try await isWelcome(anew))
    for certificate in [first, second] {
      #expect(try await !isWelcome(self.node(node.id, certificate)), "old ones stay refused")
    }
    // A new start reads it all from the store.
    let next = try await cloud.restarted()
    for (certificate, isGood) in [(first, false), (second, false), (third, true)] {
      let again = next.makeNode(
        id: node.id,
        identity: PeerIdentity(role: .node, node: node.id, serial: certificate.serial))
      let isUp: Bool
      do {
        try await again.connect()
        try await again.register()
        isUp = true
      } catch { isUp = false }
      #expect(isUp == isGood)
    }
  }

  @Test func otherNodesAndTheNodesRecordsAreNotTouched() async throws {
    let (node, _) = try await enrolled()
    let (other, _) = try await enrolled()
    for one in [node, other] {
      try await one.connect()
      try await one.register()
    }
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft(), for: TestCallers.member)
    try await revoke(node.id)
    #expect(await cloud.fleet.connected == [other.id])
    try await other.heartbeat()
    let id = try #require(made.servers.first).id
    let still = try await cloud.store.read { (tx) throws(RoostError) in try tx.instance(id) }
    #expect(still != nil, "silence stops no guest")
  }

  @Test func aTokenThatWasUsedBeforeTheRevocationGivesNothingBack() async throws {
    var draft = EnrolmentDraft()
    draft.node = .random(from: cloud.randomness)
    let made = try await cloud.cloud.access.makeEnrolment(draft, for: TestCallers.admin)
    var request = EnrolRequest()
    request.secret = try EnrolmentToken(made.token.exposed).secret.exposed
    request.certificateRequest = try CertificateRequest.make(for: .generate())
    request.hostName = "host-1"
    let issued = try await cloud.call(EnrolmentMethods.Enrol.self, request).certificate
    try await revoke(issued.nodeID)
    let status = await #expect(throws: WireStatus.self) {
      _ = try await cloud.call(EnrolmentMethods.Enrol.self, request)
    }
    #expect(status?.code == .unauthenticated)
    #expect(status?.message.contains("good no more") == true)
  }

  @Test func onlyAdministratorsRevoke() async throws {
    let error = await #expect(throws: RoostError.self) {
      try await cloud.cloud.access.revoke(numbered(1), reason: nil, for: TestCallers.member)
    }
    #expect(error?.kind == .forbidden)
  }
}
