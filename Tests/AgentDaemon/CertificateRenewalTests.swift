// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Doctor
import Lanes
import Log
import NodeProtocol
import Scratch
import Synchronization
import TestSupport
import Testing
import Wire

@testable import AgentDaemon

/// A certificate is renewed in time, by itself.
@Suite(.timeLimit(.minutes(10)))
struct CertificateRenewalTests {
  private let scene: CertificateScene
  private let link = ControllerLink()
  private let status = Mailbox<String?>()

  init() throws { scene = try CertificateScene() }

  /// Runs the renewal of a node that was just enrolled, connected, around `body`.
  private func renewing(_ body: (ReloadedCredentials) async throws -> Void) async throws {
    try await scene.withController {
      await (try scene.network(.anonymous).dialWhenListening("controller")).close(reason: "seen")
      _ = try await scene.enrolment().run()
      let files = try scene.files()
      let credentials = try ReloadedCredentials(clock: scene.clock, log: .silent) {
        () throws(RoostError) in try files.material()
      }
      let peer = try await scene.network(PeerIdentity(role: .node, node: scene.node))
        .dialWhenListening("controller")
      link.set(peer)
      let renewal = CertificateRenewal(
        files: files, credentials: credentials, link: link, node: scene.node, lane: InlineLane(),
        clock: scene.clock, randomness: SeededRandomness(), log: .silent,
        status: { [status] in status.put($0) })
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await renewal.run() }
        try await body(credentials)
        group.cancelAll()
      }
      await peer.close(reason: "done")
    }
  }

  /// Lets time pass an hour at a time, each time once the renewal has looked and sleeps again.
  private func pass(days: Int) async {
    for _ in 0..<(days * 24) {
      await scene.clock.untilSomebodySleeps(within: .seconds(4500))
      scene.clock.advance(by: .seconds(3600))
    }
  }

  private func leaf(_ credentials: ReloadedCredentials) throws -> Certificate {
    try CertificateChain(pem: credentials.material.certificate).leaf
  }

  @Test func itIsRenewedWithANewKeyWhenAThirdIsLeft() async throws {
    try await renewing { credentials in
      let first = try leaf(credentials)
      await pass(days: 54)
      #expect(scene.state.withLock { $0.keys.count } == 1, "not before its time")
      await pass(days: 8)
      await scene.calls.next()
      while try leaf(credentials).serial == first.serial { await Task.yield() }
      let second = try leaf(credentials)
      #expect(second.expires > first.expires && second.keyID != first.keyID)
      #expect(second.subject == .node(scene.node))
      let onDisk = try CertificateChain(pem: scene.files().material().certificate).leaf
      #expect(onDisk.serial == second.serial)
      #expect(scene.state.withLock { $0.keys.count } == 2)
    }
  }

  @Test func afterFailuresItIsTriedAgainWithTheSameKeyAndShown() async throws {
    try await renewing { credentials in
      let first = try leaf(credentials)
      #expect(await status.next() == nil)
      scene.state.withLock {
        $0.failures = [
          WireStatus(.failedPrecondition, "This controller issues no certificates."),
          WireStatus(.unavailable, "away"),
        ]
      }
      await pass(days: 62)
      while try leaf(credentials).serial == first.serial {
        await scene.clock.untilSomebodySleeps(within: .seconds(4500))
        scene.clock.advance(by: .seconds(3600))
      }
      let said = await status.next()
      #expect(said?.contains("was not renewed: This controller issues no certificates.") == true)
      #expect(await status.next()?.contains("away") == true)
      let last = await status.next()
      #expect(last == nil, "all is well again, and not: \(last ?? "")")
    }
  }

  @Test func withoutAConnectionItIsTriedAgain() async throws {
    try await renewing { credentials in
      let first = try leaf(credentials)
      let peer = try await scene.network(PeerIdentity(role: .node, node: scene.node))
        .dialWhenListening("controller")
      link.set(nil)
      await pass(days: 62)
      #expect(await status.next() == nil)
      #expect(await status.next()?.contains("no connection") == true)
      link.set(peer)
      while try leaf(credentials).serial == first.serial {
        await scene.clock.untilSomebodySleeps(within: .seconds(4500))
        scene.clock.advance(by: .seconds(3600))
      }
      await peer.close(reason: "done")
    }
  }

  @Test func anotherCertificateIsNoticedThoughTheFirstHasLongToGo() async throws {
    try await renewing { credentials in
      await pass(days: 1)
      let first = try leaf(credentials)
      // An operator has put one in place that is due within the day.
      let key = try PrivateKey.generate()
      let request = try CertificateRequest(der: CertificateRequest.make(for: key))
      let (_, chain) = try scene.authority.authority.issue(
        .node(scene.node), to: request, life: .seconds(43_200))
      let files = try scene.files()
      try SystemDisk().replace(
        files.issued.certificate, with: key.pem() + chain, mode: 0o600)
      await credentials.reload()
      #expect(try leaf(credentials).expires < first.expires)
      await pass(days: 1)
      await scene.calls.next()
    }
  }

  @Test func aDoctorSeesThatItWasNotRenewed() async throws {
    try await scene.withController {
      await (try scene.network(.anonymous).dialWhenListening("controller")).close(reason: "seen")
      _ = try await scene.enrolment().run()
    }
    let file = scene.folder.file("agent.yaml")
    let text = "state_folder: \(scene.folder.file("state"))\nlibvirt: {virtualization: qemu}\n"
    try SystemDisk().replace(file, with: Array(text.utf8), mode: 0o644)
    func verdicts() async -> [Diagnosis.Verdict] {
      await AgentDoctor(file: file, disk: SystemDisk(), clock: scene.clock).run().diagnoses
        .filter { ["certificate", "renewal"].contains($0.check) }.map(\.verdict)
    }
    #expect(await verdicts() == [.ok, .ok, .ok, .ok])
    scene.clock.advance(by: .seconds(82 * 86_400))
    #expect(await verdicts() == [.ok, .warn, .ok, .warn])
  }

  @Test func theRuleIsTwoThirdsWithJitterAndPausesThatGrow() {
    let begins = Timestamp(microseconds: 0)
    let expires = begins + .seconds(90 * 86_400)
    let due = { RenewalRule.due(begins: begins, expires: expires, jitter: $0) }
    #expect(due(0) == begins + .seconds(60 * 86_400))
    #expect(due(99) < due(0) && due(99) > begins + .seconds(55 * 86_400))
    let pause = { (failures: Int, left: Int64) in
      RenewalRule.pause(after: failures, left: .seconds(left), jitter: 0)
    }
    #expect(pause(1, 86_400) == .seconds(60))
    #expect(pause(2, 86_400) == .seconds(120))
    #expect(pause(100, 86_400) == .seconds(3600))
    #expect(pause(100, 600) == .seconds(60))
    #expect(pause(100, -5) == .seconds(1))
  }
}
