// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Log
import NodeProtocol
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Fleet

@Suite(.timeLimit(.minutes(10)))
struct AttendanceTests {
  @Test func aNodeIsUpFromItsRegistrationAndUnknownFromItsLoss() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    #expect(await test.state(of: node) == .unknown)
    let reply = try await node.register()
    #expect(reply.leaseMS == 15_000)
    #expect(await test.state(of: node) == .up)
    #expect(await test.up == [node.id])
    #expect(test.delegate.state.withLock { $0.addresses } == ["192.0.2.1"])

    await test.disconnect(node)
    #expect(await test.state(of: node) == .unknown)
    #expect(await test.up == [])
    test.clock.advance(by: .milliseconds(15_149))
    #expect(await test.state(of: node) == .unknown)
    test.clock.advance(by: .milliseconds(1))
    #expect(await test.state(of: node) == .down)

    try await node.connect()
    try await node.register()
    #expect(await test.state(of: node) == .up)
  }

  @Test func aSilentNodeIsDownThoughItIsConnected() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    test.clock.advance(by: .seconds(10))
    try await node.heartbeat()
    test.clock.advance(by: .seconds(10))
    #expect(await test.state(of: node) == .up)
    test.clock.advance(by: .seconds(6))
    #expect(await test.state(of: node) == .down)
    #expect(await test.up == [])
    #expect(await test.fleet.connected == [node.id])
    try await node.heartbeat()
    #expect(await test.state(of: node) == .up)
  }

  @Test func aNodeSaysWhetherItsHypervisorAnswers() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    #expect(await test.hypervisorFailure(of: node) == nil)
    try await node.heartbeat(hypervisorUnavailable: "libvirtd ended the connection")
    try await node.heartbeat(hypervisorUnavailable: "no such file")
    #expect(await test.hypervisorFailure(of: node) == "no such file")
    #expect(await test.state(of: node) == .up)
    let warnings = test.logged.records.filter { $0.level == .warning }
    #expect(
      warnings.map(\.text) == [
        "the node gets no new servers: its hypervisor does not answer: "
          + "libvirtd ended the connection"
      ])
    // What is wanted is told all the same.
    await test.fleet.apply(node.id, [TestFleet.desired(9, 1)])
    #expect(await node.told.next() == TestFleet.desired(9, 1))

    try await node.heartbeat()
    #expect(await test.hypervisorFailure(of: node) == nil)
    #expect(test.logged.records.contains { $0.text == "the node's hypervisor answers again" })

    try await node.heartbeat(hypervisorUnavailable: String(repeating: "ü", count: 1000))
    #expect(await test.hypervisorFailure(of: node)?.utf8.count ?? 0 < 260)
    await test.disconnect(node)
    #expect(await test.hypervisorFailure(of: node) == nil)
    try await node.connect()
    try await node.register()
    #expect(await test.hypervisorFailure(of: node) == nil)
  }

  @Test func aJumpOfCivilTimeEndsNoLease() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    test.clock.setCivilTime(test.clock.now + .seconds(86_400))
    #expect(await test.state(of: node) == .up)
  }

  @Test func aStartedControllerWaitsBeforeItCallsAnyoneDown() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    #expect(await test.state(of: node) == .unknown)
    test.clock.advance(by: .seconds(15))
    #expect(await test.state(of: node) == .unknown)
    test.clock.advance(by: .seconds(1))
    #expect(await test.state(of: node) == .down)
  }

  @Test func aNewerConnectionTakesTheOlderOnesPlace() async throws {
    let test = try TestFleet()
    let (older, newer) = (test.node(1), test.node(1))
    try await older.connect()
    try await older.register()
    try await newer.connect()
    try await newer.register()
    #expect(await older.closed().contains("a newer connection of this node has taken its place"))
    #expect(await test.state(of: newer) == .up)
    await #expect(throws: WireStatus.self) { try await older.heartbeat() }
    // The end of the older one is not the end of the node.
    await test.fleet.apply(newer.id, [TestFleet.desired(9, 1)])
    #expect(await newer.told.next() == TestFleet.desired(9, 1))
    #expect(older.told.drain().isEmpty)
    #expect(await test.state(of: newer) == .up)

    // And the other way round, again and again.
    for _ in 1...20 {
      try await older.connect()
      try await older.register()
      try await newer.connect()
      try await newer.register()
    }
    #expect(await test.up == [newer.id])
    await test.disconnect(newer)
    #expect(await test.state(of: newer) == .unknown)
  }

  @Test func aCallThatComesAfterTheEndMakesNoSession() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    await test.disconnect(node)
    // As a call of a connection that has ended since: its task is cancelled before it runs.
    let peer = DeadPeer(node: node.id)
    let call = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await test.fleet.join(peer, node: node.id)
    }
    #expect(await call.value == false)
    #expect(await test.fleet.connected == [])
    #expect(await test.state(of: node) == .unknown)
  }

  @Test func aConnectionThatIsNoNodesIsClosed() async throws {
    let test = try TestFleet()
    for identity in [
      PeerIdentity(role: .controller, node: nil), PeerIdentity(role: .node, node: nil),
      PeerIdentity(role: .controller, node: numbered(1)),
    ] {
      let node = test.node(1, certificate: identity)
      try await node.connect()
      #expect(await node.closed().contains("the certificate names no node"))
      await #expect(throws: WireStatus.self) { try await node.register() }
      #expect(await test.fleet.connected == [])
    }
  }

  @Test func aNodeSpeaksForItselfWhateverItSays() async throws {
    let test = try TestFleet()
    let (first, second) = (test.node(1), test.node(2))
    for node in [first, second] {
      try await node.connect()
      try await node.register()
    }
    // Nothing in a message names the node: the certificate alone does.
    let desired = TestFleet.desired(9, 1)
    try await second.report(.settled(desired))
    var request = GrantImageRequest()
    request.imageID = numbered(5)
    _ = try await second.call(ControllerMethods.GrantImage.self, request)
    #expect(test.delegate.state.withLock { $0.observed.map(\.node) } == [second.id])
    #expect(test.delegate.state.withLock { $0.granted.map(\.node) } == [second.id])
    test.clock.advance(by: .seconds(10))
    try await second.heartbeat()
    test.clock.advance(by: .seconds(10))
    #expect(await test.state(of: first) == .down)
    #expect(await test.state(of: second) == .up)
  }
}

/// A connection that has ended.
private final class DeadPeer: WirePeer {
  let identity: PeerIdentity
  let address: String? = nil

  init(node: NodeID) { identity = PeerIdentity(role: .node, node: node) }

  func call(_ request: WireRequest) async throws(WireStatus) -> WireReply {
    throw WireStatus(.unavailable, "the connection ended")
  }

  func open(_ request: WireRequest) async throws(WireStatus) -> WireStream {
    throw WireStatus(.unavailable, "the connection ended")
  }

  func drain(reason: String, patience: Duration) async {}
  func close(reason: String) async {}
  func closed() async -> String { "long ago" }
}
