// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Glibc
import NodeProtocol
import Scratch
import Synchronization
import TestSupport
import Testing
import Wire

@testable import AgentDaemon

/// A host becomes a node, whenever the power goes.
@Suite(.timeLimit(.minutes(10)))
struct EnrolmentTests {
  private let scene: CertificateScene

  init() throws { scene = try CertificateScene() }

  private func enrol(disk: any Disk = SystemDisk()) async throws -> String {
    let enrolment = try scene.enrolment(disk: disk)
    // The controller may not listen yet.
    await (try scene.network(.anonymous).dialWhenListening("controller")).close(reason: "seen")
    return try await enrolment.run()
  }

  private func mode(_ path: String) -> UInt32 {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
  }

  @Test func theKeyStaysAndTheFilesAreItsOwners() async throws {
    try await scene.withController {
      let said = try await enrol()
      #expect(said.contains("This host is node \(scene.node)"))
      let files = try scene.files()
      #expect(try files.node().node == scene.node)
      #expect(mode(files.issued.key) == 0o600 && mode(files.folder) == 0o700)
      let material = try files.material()
      _ = try TLSCredentials(material)
      let sent = try #require(scene.state.withLock { $0.requests.first })
      #expect(sent.hostName == "host-1" && sent.nodeID == .zero)
      let key = try PrivateKey(pem: material.key.exposed)
      #expect(scene.state.withLock { $0.keys } == [try key.id()])
      let names = try SystemDisk().list(files.folder)
      #expect(names == ["ca.crt", "lock", "node.pem"], "the pending key is gone")
      let node = try NodeIdentity.establish(
        folder: scene.folder.file("state"), certificates: files, disk: SystemDisk())
      #expect(node == scene.node)
    }
  }

  @Test func aCutAtAnyMomentLeavesNothingOrAllAndTheSameKey() async throws {
    try await scene.withController {
      var changes = 0
      while true {
        let disk = CutDisk(after: changes)
        do {
          _ = try await enrol(disk: disk)
          break
        } catch {
          #expect((error as? RoostError)?.user == "the power is off")
        }
        // Whole, or not there.
        if let place = try? scene.files().place() {
          #expect(try scene.files().node().node == scene.node)
          #expect(place == (try scene.files().issued))
          _ = try TLSCredentials(scene.files().material())
        }
        changes += 1
      }
      #expect(changes > 8, "\(changes) moments")
      #expect(try scene.files().node().node == scene.node)
      // Until one was in use, every attempt asked for the same key: for the same certificate.
      let keys = scene.state.withLock { $0.keys }
      let last = try PrivateKey(pem: scene.files().material().key.exposed).id()
      let installed = keys.firstIndex(of: last) ?? keys.endIndex
      #expect(Set(keys[..<installed]).count <= 1)
    }
  }

  @Test func aLostAnswerIsAskedForAgainWithTheSameKey() async throws {
    try await scene.withController {
      scene.state.withLock { $0.losesAnswers = true }
      let error = await #expect(throws: RoostError.self) { try await enrol() }
      #expect(error?.user.contains("Run this again with the same token") == true)
      scene.state.withLock { $0.losesAnswers = false }
      _ = try await enrol()
      let keys = scene.state.withLock { $0.keys }
      #expect(keys.count == 2 && Set(keys).count == 1)
    }
  }

  @Test func aRefusalIsToldAsItIs() async throws {
    try await scene.withController {
      scene.state.withLock {
        $0.failures = [WireStatus(.unauthenticated, "The token expired at noon.")]
      }
      let error = await #expect(throws: RoostError.self) { try await enrol() }
      #expect(error?.user.hasSuffix("gave no certificate: The token expired at noon.") == true)
      #expect(error?.kind == .forbidden)
      #expect(throws: RoostError.self) { try scene.files().place() }
    }
  }

  @Test func theNodeOfTheStateFolderIsNamedAndKept() async throws {
    let disk = SystemDisk()
    let kept = NodeID.random(from: SystemRandomness())
    try disk.makeFolder(scene.folder.file("state"), mode: 0o711)
    try disk.replace(
      scene.folder.file("state/node"), with: Array("\(kept)\n".utf8), mode: 0o644)
    try await scene.withController {
      _ = try await enrol()
      #expect(scene.state.withLock { $0.requests.map(\.nodeID) } == [kept])
      #expect(try scene.files().node().node == kept)
    }
  }

  @Test func whatIsNotOfTheTokensCAIsNotTakenIntoUse() async throws {
    let other = try CertificateScene()
    try await other.withController {
      let enrolment = Enrolment(
        token: scene.token, configuration: try scene.configuration, file: "agent.yaml",
        disk: SystemDisk(), clock: scene.clock, network: other.network(.anonymous))
      await (try other.network(.anonymous).dialWhenListening("controller")).close(reason: "seen")
      let error = await #expect(throws: RoostError.self) { try await enrolment.run() }
      #expect(error?.user.contains("no certificate that this node can use") == true)
      #expect(throws: RoostError.self) { try scene.files().place() }
    }
  }

  @Test func twoEnrolmentsDoNotMeet() async throws {
    try await scene.withController {
      _ = try await enrol()
      let lock = try StateFolder(scene.files().folder, disk: SystemDisk())
      defer { withExtendedLifetime(lock) {} }
      let error = await #expect(throws: RoostError.self) { try await enrol() }
      #expect(error?.kind == .conflict)
    }
  }

  @Test func oneThatHasEndedDoesNotCountBesideOneThatHolds() async throws {
    try scene.makeOffline(scene.node)
    scene.clock.advance(by: .seconds(86_400))
    try await scene.withController { _ = try await enrol() }
    let files = try scene.files()
    #expect(try files.place() == files.issued)
    scene.clock.advance(by: TestAuthority.lifetime)
    #expect(try files.place() == files.configured)
    scene.clock.advance(by: .seconds(825 * 86_400))
    #expect(try files.place() == files.issued, "of two that have ended the newer")
  }

  @Test func theNewerOfTwoCertificatesCounts() async throws {
    let files = try scene.files()
    let none = #expect(throws: RoostError.self) { try files.place() }
    #expect(none?.kind == .notFound && none?.user.contains("roostctl node enrol") == true)
    try scene.makeOffline(scene.node)
    #expect(try files.place() == files.configured)
    try await scene.withController {
      scene.clock.advance(by: .seconds(86_400))
      _ = try await enrol()
      #expect(try files.place() == files.issued)
      scene.clock.advance(by: .seconds(86_400))
      try scene.makeOffline(scene.node)
      #expect(try files.place() == files.configured, "an operator's newer one")
    }
  }

  @Test func tokensAreReadAsTheyAreWritten() throws {
    let text = scene.token.text.exposed
    let read = try EnrolmentToken(text)
    #expect(read.address == "controller" && read.fingerprint == scene.token.fingerprint)
    #expect(read.secret.exposed == scene.token.secret.exposed)
    let cuts = [String(text.dropLast()), String(text.dropFirst())]
    let wrong = cuts + [text + "A", "roost-enrol-1.", ""]
    for word in wrong {
      #expect(throws: RoostError.self) { try EnrolmentToken(word) }
    }
    #expect("\(read.secret)" == "***" && "\(read.text)" == "***")
  }
}
