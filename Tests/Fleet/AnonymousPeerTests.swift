// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import NodeProtocol
import TestSupport
import Testing
import Wire

@testable import Fleet

/// Peers without a certificate: few, brief, and with nothing to call but enrolment.
@Suite(.timeLimit(.minutes(10)))
struct AnonymousPeerTests {
  private let test: TestFleet

  init() throws { test = try TestFleet() }

  private func stranger() async throws -> TestNode {
    let stranger = test.node(99, certificate: .anonymous)
    try await stranger.connect()
    return stranger
  }

  private func isLogged(_ text: String) -> Bool {
    test.logged.records.contains { $0.text.contains(text) }
  }

  @Test func theyMayCallNothingButEnrolment() async throws {
    let stranger = try await stranger()
    let refusals = [
      await #expect(throws: WireStatus.self) { try await stranger.register() },
      await #expect(throws: WireStatus.self) { try await stranger.heartbeat() },
      await #expect(throws: WireStatus.self) {
        _ = try await stranger.call(ControllerMethods.Report.self, ReportRequest())
      },
      await #expect(throws: WireStatus.self) {
        _ = try await stranger.call(ControllerMethods.GrantImage.self, GrantImageRequest())
      },
      await #expect(throws: WireStatus.self) {
        _ = try await stranger.call(
          ControllerMethods.RenewCertificate.self, RenewCertificateRequest())
      },
    ]
    #expect(refusals.allSatisfy { $0?.code == .permissionDenied })
    #expect(isLogged("refused a call from 192.0.2.99"))
    #expect(isLogged("Register is for node, not for a peer without a certificate"))
    _ = try await stranger.call(EnrolmentMethods.Enrol.self, EnrolRequest())
    #expect(await test.fleet.connected == [])
  }

  @Test func aNodeDoesNotEnrol() async throws {
    let node = test.node(1)
    try await node.connect()
    let status = await #expect(throws: WireStatus.self) {
      _ = try await node.call(EnrolmentMethods.Enrol.self, EnrolRequest())
    }
    #expect(status?.code == .permissionDenied)
  }

  @Test func eachHasOneCall() async throws {
    let stranger = try await stranger()
    _ = try await stranger.call(EnrolmentMethods.Enrol.self, EnrolRequest())
    let status = await #expect(throws: WireStatus.self) {
      _ = try await stranger.call(EnrolmentMethods.Enrol.self, EnrolRequest())
    }
    #expect(status?.code == .resourceExhausted)
  }

  @Test func theySoonHaveToGo() async throws {
    let stranger = try await stranger()
    await test.clock.untilSomebodySleeps(within: AnonymousPeers.patience)
    test.clock.advance(by: AnonymousPeers.patience)
    #expect(await stranger.closed().contains("for a moment only"))
    #expect(isLogged("it stays"))
  }

  @Test func onlySoManyAreAttended() async throws {
    var here: [TestNode] = []
    for _ in 0..<AnonymousPeers.limit { here.append(try await stranger()) }
    while await test.fleet.anonymousCount < AnonymousPeers.limit { await Task.yield() }
    let late = try await stranger()
    #expect(await late.closed().contains("too many peers without a certificate"))
    #expect(isLogged("turned away a peer without a certificate from 192.0.2.99"))
    // Nodes do not share that limit, and a place that becomes free is taken.
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    await here[0].disconnect()
    while await test.fleet.anonymousCount == AnonymousPeers.limit { await Task.yield() }
    _ = try await stranger().call(EnrolmentMethods.Enrol.self, EnrolRequest())
  }
}
