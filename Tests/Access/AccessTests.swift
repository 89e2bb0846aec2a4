// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import LocalCloud
import NodeProtocol
import Processes
import Scratch
import TestSupport
import Testing
import Wire

/// Who may speak to a controller that runs: through its programs, its store and real TLS.
@Suite(.serialized, .timeLimit(.minutes(10)))
final class AccessTests: Sendable {
  private let controller: RunningController

  init() async throws { controller = try await RunningController.make() }

  private func isWelcome(_ material: TLSMaterial) async throws -> Bool {
    try await ending(material) == nil
  }

  /// Why a node with these credentials can't register; nil if it can.
  private func ending(_ material: TLSMaterial) async throws -> String? {
    let node = try controller.node(material)
    do {
      try await node.connect()
      try await node.register()
      await node.disconnect()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func oneTokenOneNodeFromTheCommandLine() async throws {
    try await controller.running {
      let token = try await controller.token("--host", "alpha")
      let wrong = try await controller.enrol("beta", token)
      #expect(!wrong.succeeded && wrong.said.contains("The token is for the host \"alpha\""))
      let enrolled = try await controller.enrol("alpha", token)
      #expect(enrolled.succeeded, "\(enrolled.said)")
      #expect(try await ending(controller.material("alpha")) == nil)

      // Replayed: by another host, and by the same one, which has a new key by now.
      for host in ["beta", "alpha"] {
        let replayed = try await controller.enrol(host, token)
        #expect(!replayed.succeeded && replayed.said.contains("a token is good once"))
      }
      #expect(try controller.log().contains("refused to enrol 127.0.0.1"))
      #expect(try await ending(controller.material("alpha")) == nil, "what it has stays good")
      let listed = try await controller.roostctl("enrolment", "list").output
      #expect(String(decoding: listed, as: UTF8.self).contains("used"))

      let cut = try await controller.enrol("gamma", String(token.dropLast(3)))
      #expect(!cut.succeeded && cut.said.contains("not the whole of one"))
    }
  }

  @Test func withoutACertificateThereIsNothingButEnrolment() async throws {
    try await controller.running {
      let stranger = try controller.stranger()
      try await stranger.connect()
      let status = await #expect(throws: WireStatus.self) { try await stranger.register() }
      #expect(status?.code == .permissionDenied)
      var request = EnrolRequest()
      request.secret = [UInt8](repeating: 7, count: EnrolmentToken.secretSize)
      request.hostName = "liar"
      let unknown = await #expect(throws: WireStatus.self) {
        _ = try await stranger.call(EnrolmentMethods.Enrol.self, request)
      }
      #expect(unknown?.code == .unauthenticated)
      await stranger.disconnect()
      let log = try controller.log()
      #expect(log.contains("refused a call from 127.0.0.1"))
      #expect(log.contains("The token is not known here"))
    }
  }

  @Test func aRevocationEndsWhatIsThereAndRefusesWhatComes() async throws {
    let offline = NodeID.random(from: SystemRandomness())
    let made = try await controller.offline("offline", offline)
    try await controller.running {
      #expect(try await controller.enrol("alpha", controller.token()).succeeded)
      let first = try controller.material("alpha")
      let node = try controller.node(first)
      try await node.connect()
      try await node.register()
      let other = try controller.node(made)
      try await other.connect()
      try await other.register()

      let revoked = try await controller.roostctl(
        "node", "revoke", "\(node.id)", "--reason", "stolen")
      #expect(revoked.end == .exited(0))
      #expect(await node.closed().contains("revoked"))
      try await other.heartbeat()
      let reason = try await ending(first) ?? "none"
      #expect(reason.contains("Certificate was revoked"), "\(reason)")
      let newOffline = try await controller.offline("alpha-offline", node.id)
      #expect(try await !isWelcome(newOffline), "nor one that is not on record")

      let token = try await controller.token("--node", "\(node.id)")
      #expect(try await controller.enrol("alpha", token).succeeded)
      #expect(try await ending(controller.material("alpha")) == nil)
      #expect(try await !isWelcome(first), "old ones stay refused")

      #expect(try await controller.roostctl("node", "revoke", "\(offline)").end == .exited(0))
      #expect(await other.closed().contains("revoked"))
      #expect(try await !isWelcome(made))
      #expect(try controller.log().contains("admin revoked the node's certificates: stolen"))
    }
    // The store remembers.
    try await controller.running {
      let enrolled = try controller.material("alpha")
      #expect(try await ending(enrolled) == nil)
      #expect(try await !isWelcome(made))
    }
  }

  @Test func aCertificateIsRenewedUnderACallThatGoesOn() async throws {
    try await controller.running {
      #expect(try await controller.enrol("alpha", controller.token()).succeeded)
      let first = try controller.material("alpha")
      let node = try controller.node(first)
      try await node.connect()
      try await node.register()
      let key = try PrivateKey.generate()
      var request = RenewCertificateRequest()
      request.certificateRequest = try CertificateRequest.make(for: key)
      let reply = try await node.call(ControllerMethods.RenewCertificate.self, request)
      let second = TLSMaterial(
        certificate: Array(reply.certificate.chain.utf8), key: Secret(try key.pem()),
        authorities: Array(reply.certificate.authorities.utf8), source: "the reply")
      try await node.heartbeat()
      #expect(try await ending(second) == nil, "the next connection")
    }
  }

  @Test func anotherNodesCertificateSpeaksForItsNodeOnly() async throws {
    try await controller.running {
      #expect(try await controller.enrol("alpha", controller.token()).succeeded)
      #expect(try await controller.enrol("beta", controller.token()).succeeded)
      let (alpha, beta) = (try controller.material("alpha"), try controller.material("beta"))
      // A key of one with the certificate of the other is no pair.
      let mixed = TLSMaterial(
        certificate: alpha.certificate, key: beta.key, authorities: alpha.authorities,
        source: "two nodes")
      #expect(throws: RoostError.self) { _ = try TLSCredentials(mixed) }
      let node = try controller.node(beta)
      try await node.connect()
      try await node.register()
      let listed = String(
        decoding: try await controller.roostctl("node", "list").output, as: UTF8.self)
      let alphaID = try CertificateChain(pem: alpha.certificate).leaf.subject?.uri ?? ""
      #expect(listed.contains("\(node.id)"))
      #expect(!listed.contains(alphaID.dropFirst("urn:roost:node:".count)))
      // A token for a new node does not make a certificate for one that is there.
      let taken = try await controller.enrol("beta", controller.token())
      #expect(!taken.succeeded && taken.said.contains("roostctl node enrol --node \(node.id)"))
      await node.disconnect()
    }
  }

  @Test func aRestoreEndsTokensAndKeepsRevocationsOfTheBackup() async throws {
    let backup = controller.folder.file("backup.db")
    let lost = NodeID.random(from: SystemRandomness())
    let made = try await controller.offline("lost", lost)
    var token = ""
    try await controller.running {
      #expect(try await ending(made) == nil)
      #expect(try await controller.roostctl("node", "revoke", "\(lost)").end == .exited(0))
      token = try await controller.token()
    }
    let configuration = ["--config", controller.configuration]
    try await controller.run("roost-controller", ["backup", backup] + configuration)
    try await controller.run("roost-controller", ["restore", backup, "--force"] + configuration)
    try await controller.running {
      let refused = try await controller.enrol("alpha", token)
      #expect(!refused.succeeded && refused.said.contains("not known here"))
      #expect(try await !isWelcome(made))
    }
  }

  @Test func theControllerShowsANewCertificateWithoutARestart() async throws {
    try await controller.running {
      #expect(try await controller.enrol("alpha", controller.token()).succeeded)
      let material = try controller.material("alpha")
      let node = try controller.node(material)
      try await node.connect()
      try await node.register()
      let out = controller.folder.file("new")
      try await controller.run(
        "roostctl",
        ["ca", "controller", "--folder", controller.folder.file("ca"), "--out", out])
      let wanted = try CertificateChain(
        pem: SystemDisk().read("\(out)/controller.crt", limit: 1 << 20) ?? []
      ).leaf.serial
      for name in ["controller.key", "controller.crt"] {
        try SystemDisk().rename("\(out)/\(name)", to: controller.folder.file(name))
      }
      let watcher = try await controller.offline("watcher", .random(from: SystemRandomness()))
      let network = controller.network(try TLSCredentials(watcher))
      while true {
        let peer = try await network.dial(controller.address, service: ServiceTable())
        let shown = peer.identity.serial
        await peer.close(reason: "seen")
        if shown == wanted { break }
        try await SystemClock().sleep(for: .milliseconds(200))
      }
      #expect(try controller.log().contains("new connections use the certificate"))
      try await node.heartbeat()
      await node.disconnect()
    }
  }
}
