// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Cloud
import CloudModel
import Fleet
import Log
import NodeProtocol
import Scratch
import Store
import TestSupport
import Testing
import Wire

/// One token makes one node, for whoever has it first, for as long as it is good.
@Suite(.timeLimit(.minutes(10)))
struct EnrolmentTests {
  private let cloud: TestCloud
  private let key: PrivateKey

  init() throws {
    cloud = try TestCloud()
    key = try PrivateKey.generate()
  }

  private func token(_ change: (inout EnrolmentDraft) -> Void = { _ in }) async throws
    -> EnrolmentToken
  {
    var draft = EnrolmentDraft()
    change(&draft)
    let made = try await cloud.cloud.access.makeEnrolment(draft, for: TestCallers.admin)
    return try EnrolmentToken(made.token.exposed)
  }

  private func enrol(
    _ token: EnrolmentToken, key: PrivateKey? = nil, node: NodeID = .zero, host: String = "host-1",
    _ change: (inout EnrolRequest) -> Void = { _ in }
  ) async throws -> IssuedCertificate {
    var request = EnrolRequest()
    request.secret = token.secret.exposed
    request.certificateRequest = try CertificateRequest.make(for: key ?? self.key)
    request.nodeID = node
    request.hostName = host
    change(&request)
    return try await cloud.call(EnrolmentMethods.Enrol.self, request).certificate
  }

  /// Expects a refusal, and that the log tells why and from where.
  private func refusal(
    of token: EnrolmentToken, key: PrivateKey? = nil, node: NodeID = .zero, host: String = "host-1",
    _ change: (inout EnrolRequest) -> Void = { _ in }
  ) async throws -> WireStatus {
    let status = await #expect(throws: WireStatus.self) {
      _ = try await enrol(token, key: key, node: node, host: host, change)
    }
    let found = try #require(status)
    let told = cloud.logged.records.map(\.text).last { $0.contains("refused to enrol") }
    #expect(told?.contains("192.0.2.9") == true && told?.contains(found.message) == true)
    return found
  }

  private func enrolments() async throws -> [(enrolment: Enrolment, state: Enrolment.State)] {
    try await cloud.cloud.access.enrolments(for: TestCallers.admin)
  }

  @Test func aTokenMakesANodeThatMayRegister() async throws {
    let token = try await token()
    #expect(token.address == "controller:8771")
    let issued = try await enrol(token)
    let certificate = try CertificateChain(pem: Array(issued.chain.utf8)).leaf
    #expect(certificate.subject == .node(issued.nodeID))
    #expect(try certificate.keyID == key.id())
    #expect(certificate.expires == cloud.clock.now + TestAuthority.lifetime)
    let authority = try Certificate(pem: Array(issued.authorities.utf8))
    #expect(authority.fingerprint == token.fingerprint)

    let used = try #require(try await enrolments().first)
    #expect(used.state == .used && used.enrolment.node == issued.nodeID)
    #expect(used.enrolment.creatorName == "admin")
    #expect(used.enrolment.use?.address == "192.0.2.9")
    #expect(used.enrolment.use?.serial == certificate.serial)
    let node = cloud.makeNode(
      id: issued.nodeID,
      identity: PeerIdentity(role: .node, node: issued.nodeID, serial: certificate.serial))
    try await node.connect()
    try await node.register()
    let report = try await cloud.cloud.nodeReport(issued.nodeID, for: TestCallers.admin)
    #expect(report.certificateEnd == certificate.expires)
  }

  @Test func aReplayedTokenMakesNoSecondIdentity() async throws {
    let token = try await token()
    let issued = try await enrol(token)
    let status = try await refusal(of: token, key: .generate())
    #expect(status.code == .unauthenticated)
    #expect(status.message.contains("used at") && status.message.contains("192.0.2.9"))
    // The answer that was lost comes again, the same to the byte.
    #expect(try await enrol(token) == issued)
    #expect(try await enrolments().count == 1)
    let standing = try await cloud.store.read { (tx) throws(RoostError) in
      try tx.certificates(of: issued.nodeID).count
    }
    #expect(standing == 1)
  }

  @Test func twoWhoHaveTheTokenAtOnceAreOneNode() async throws {
    let token = try await token()
    let keys = try (0..<8).map { _ in try PrivateKey.generate() }
    let winners = await withTaskGroup(of: Bool.self) { group in
      for key in keys {
        group.addTask { (try? await enrol(token, key: key)) != nil }
      }
      return await group.reduce(0) { $1 ? $0 + 1 : $0 }
    }
    #expect(winners == 1)
  }

  @Test func anExpiredTokenIsRefusedAndForgottenLater() async throws {
    let token = try await token { $0.validFor = .seconds(60) }
    cloud.clock.advance(by: .seconds(60))
    let status = try await refusal(of: token)
    #expect(status.code == .unauthenticated && status.message.contains("expired at"))
    #expect(try await enrolments().map(\.state) == [.expired])
    cloud.clock.advance(by: .seconds(31 * 86_400))
    _ = try await self.token()
    #expect(try await enrolments().map(\.state) == [.open])
    #expect(try await refusal(of: token).message.contains("not known here"))
  }

  @Test func aDeletedOrForeignTokenIsUnknown() async throws {
    let token = try await token()
    let id = try #require(try await enrolments().first).enrolment.id
    _ = try await cloud.cloud.access.deleteEnrolment(id, for: TestCallers.admin)
    #expect(try await refusal(of: token).code == .unauthenticated)
    let other = try EnrolmentToken(
      address: "a:1", fingerprint: token.fingerprint,
      secret: Secret([UInt8](repeating: 1, count: EnrolmentToken.secretSize)))
    #expect(try await refusal(of: other).message.contains("not known here"))
  }

  @Test func whatIsNoRequestCostsTheTokenNothing() async throws {
    let token = try await token()
    for bytes in [[], [0x30], [UInt8](repeating: 0x30, count: 100_000)] as [[UInt8]] {
      let status = try await refusal(of: token) { $0.certificateRequest = bytes }
      #expect(status.code == .invalidArgument)
    }
    let short = try await refusal(of: token) { $0.secret.removeLast() }
    #expect(short.code == .invalidArgument)
    #expect(try await refusal(of: token, host: "").code == .invalidArgument)
    _ = try await enrol(token)
  }

  @Test func aTokenMayBeForOneHost() async throws {
    let token = try await token { $0.hostName = "host-2" }
    let status = try await refusal(of: token)
    #expect(status.code == .permissionDenied)
    #expect(status.message.contains("\"host-2\"") && status.message.contains("\"host-1\""))
    _ = try await enrol(token, host: "host-2")
  }

  @Test func aTokenForANewNodeSpeaksForNoOther() async throws {
    let node = try await cloud.addNode()
    let token = try await token()
    let status = try await refusal(of: token, node: node.id)
    #expect(status.code == .failedPrecondition)
    #expect(status.message.contains("roostctl node enrol --node \(node.id)"))
    // A host that was some other controller's keeps its id: its guests carry it.
    let unknown = NodeID.random(from: cloud.randomness)
    #expect(try await enrol(token, node: unknown).nodeID == unknown)
  }

  @Test func aTokenForANodeIsForThatNode() async throws {
    let node = try await cloud.addNode()
    let token = try await token { $0.node = node.id }
    let status = try await refusal(of: token, node: .random(from: cloud.randomness))
    #expect(status.code == .failedPrecondition)
    #expect(try await enrol(token, node: node.id).nodeID == node.id)
  }

  @Test func aControllerWithoutAnIssuerSaysSo() async throws {
    let cloud = try TestCloud(issues: false)
    let error = await #expect(throws: RoostError.self) {
      try await cloud.cloud.access.makeEnrolment(EnrolmentDraft(), for: TestCallers.admin)
    }
    #expect(error?.kind == .conflict && error?.user.contains("wire.issuer") == true)
  }

  @Test func onlyAdministratorsMakeTokens() async throws {
    let error = await #expect(throws: RoostError.self) {
      try await cloud.cloud.access.makeEnrolment(EnrolmentDraft(), for: TestCallers.member)
    }
    #expect(error?.kind == .forbidden)
  }

  @Test func theTokenIsNowhereOnRecord() async throws {
    let token = try await token()
    let bytes = try SystemDisk().read(cloud.folder.file("controller.db"), limit: 64 << 20) ?? []
    let wal = try SystemDisk().read(cloud.folder.file("controller.db-wal"), limit: 64 << 20) ?? []
    let secret = token.secret.exposed
    #expect((bytes + wal).firstRange(of: secret) == nil)
    #expect(!cloud.logged.records.contains { $0.text.contains(token.text.exposed) })
  }
}
