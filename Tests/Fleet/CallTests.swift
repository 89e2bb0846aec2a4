// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Fleet
import Log
import NodeProtocol
import Synchronization
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(10)))
struct CallTests {
  private func status(of body: () async throws -> Void) async -> WireStatus.Code? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? WireStatus)?.code ?? .unknown
    }
  }

  @Test func theFirstCallMustBeARegistration() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    #expect(await status { _ = try await node.heartbeat() } == .failedPrecondition)
    #expect(
      await status { try await node.report(.gone(TestFleet.desired(9, 1))) }
        == .failedPrecondition)
    #expect(
      await status {
        _ = try await node.call(ControllerMethods.GrantImage.self, GrantImageRequest())
      } == .failedPrecondition)
    #expect(test.delegate.state.withLock { $0.observed.isEmpty && $0.granted.isEmpty })
    try await node.register()
    #expect(await status { _ = try await node.heartbeat() } == nil)
  }

  @Test func aRegistrationOutsideItsLimitsIsRefused() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    let changes: [(inout RegisterRequest) -> Void] = [
      { $0.hostName = "" }, { $0.hostName = String(repeating: "n", count: 256) },
      { $0.agentVersion = String(repeating: "1", count: 256) },
      { $0.inventory.traits = [String](repeating: "T", count: 4097) },
      { $0.inventory.physicalNetworks = [String](repeating: "p", count: 257) },
      { $0.inventory.cpus = 65_537 }, { $0.inventory.memoryMB = .max },
      { $0.inventory.diskGB = .max },
    ]
    for change in changes {
      node.change { request in
        request = RegisterRequest()
        request.hostName = "node-1"
        change(&request)
      }
      #expect(await status { _ = try await node.register() } == .invalidArgument)
      #expect(await test.fleet.connected == [])
    }
    node.change { request in
      request = RegisterRequest()
      request.hostName = "node-1"
    }
    try await node.register()
    #expect(await test.state(of: node) == .up)
  }

  @Test func aRegistrationThatCannotBeRecordedDoesNotCount() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    test.delegate.fail(with: RoostError(.unavailable, "The store's disk is full."))
    #expect(await status { _ = try await node.register() } == .unavailable)
    #expect(await test.state(of: node) == .unknown)
    #expect(await test.fleet.connected == [])
    test.delegate.fail(with: nil)
    try await node.register()
    #expect(await test.state(of: node) == .up)
  }

  @Test(arguments: [
    (RoostError.Kind.notFound, WireStatus.Code.notFound), (.badRequest, .invalidArgument),
    (.conflict, .failedPrecondition), (.unavailable, .unavailable),
    (.deadlineExceeded, .deadlineExceeded), (.internal, .internal),
  ])
  func aReportThatCannotBeRecordedIsNotAnswered(
    kind: RoostError.Kind, code: WireStatus.Code
  ) async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    test.delegate.fail(with: RoostError(kind, "no"))
    #expect(await status { try await node.report(.gone(TestFleet.desired(9, 1))) } == code)
  }

  @Test func anUnknownMethodAndAMalformedRequestAreRefused() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    #expect(
      await status { _ = try await node.call(Unknown.self, HeartbeatRequest()) } == .unimplemented)
    #expect(
      await status { _ = try await node.call(Malformed.self, Malformed.request) }
        == .invalidArgument)
    #expect(await test.state(of: node) == .up)
  }

  @Test func whatIsAppliedIsToldInOrderOnce() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    // Nobody is there to be told, and nothing is kept: the registration says what differs.
    await test.fleet.apply(node.id, [TestFleet.desired(9, 1)])
    test.delegate.state.withLock { $0.answers[node.id] = [TestFleet.desired(1, 2)] }
    try await node.connect()
    // Its first call makes the session, though it is refused.
    #expect(await status { try await node.heartbeat() } == .failedPrecondition)
    await test.fleet.apply(node.id, [TestFleet.desired(2, 3)])
    #expect(node.applies.drain().isEmpty)
    try await node.register()
    #expect(Set(await node.applies.next().map(\.instanceID)) == [numbered(1), numbered(2)])
    for number in 4...20 { await test.fleet.apply(node.id, [TestFleet.desired(3, UInt64(number))]) }
    var last = Generation.zero
    _ = node.told.drain()
    while last.number < 20 {
      let desired = await node.told.next()
      #expect(desired.generation > last)
      last = desired.generation
    }
    #expect(node.told.drain().isEmpty)
  }

  @Test func aRefusalIsLoggedAndNotRepeated() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    var refusal = Refusal()
    refusal.instanceID = numbered(9)
    refusal.reason = "a newer generation is held"
    node.refuse([refusal])
    await test.fleet.apply(node.id, [TestFleet.desired(9, 1)])
    #expect(await node.applies.next().count == 1)
    node.refuse([])
    await test.fleet.apply(node.id, [TestFleet.desired(8, 2)])
    #expect(await node.applies.next().map(\.instanceID) == [numbered(8)])
    #expect(
      test.logged.records.contains {
        $0.level == .warning && $0.text.contains("a newer generation is held")
      })
  }

  @Test(arguments: [WireStatus.Code.unavailable, .cancelled, .internal, .deadlineExceeded])
  func whatCouldNotBeToldIsToldAgain(code: WireStatus.Code) async throws {
    let test = try TestFleet()
    let node = test.node(1)
    try await node.connect()
    try await node.register()
    node.failApplies(with: WireStatus(code, "no"))
    await test.fleet.apply(node.id, [TestFleet.desired(9, 1)])
    #expect(await node.applies.next() == [TestFleet.desired(9, 1)])
    await test.clock.untilSomebodySleeps(within: .seconds(1))
    test.clock.advance(by: .seconds(1))
    #expect(await node.told.next() == TestFleet.desired(9, 1))
  }

  @Test func aNodeIsAskedWhileItIsConnected() async throws {
    let test = try TestFleet()
    let node = test.node(1)
    func refusal(of instance: InstanceID) async -> RoostError.Kind? {
      do throws(RoostError) {
        _ = try await test.fleet.consoleLog(of: instance, on: node.id, lines: 10)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(await refusal(of: numbered(9)) == .unavailable)
    try await node.connect()
    #expect(await refusal(of: numbered(9)) == .unavailable)
    try await node.register()
    #expect(await refusal(of: numbered(9)) == .notFound)
    node.setConsole(Array("login:".utf8), of: numbered(9))
    #expect(
      try await test.fleet.consoleLog(of: numbered(9), on: node.id, lines: 10)
        == Array("login:".utf8))
    await test.disconnect(node)
    #expect(await refusal(of: numbered(9)) == .unavailable)
  }
}

private enum Unknown: RemoteMethod {
  typealias Request = HeartbeatRequest
  typealias Reply = HeartbeatReply
  static let name = "roost.node.v1.Controller/Reboot"
  static let callers: [PeerIdentity.Role] = [.node]
}

/// Sends a text where a generation is expected.
private enum Malformed: RemoteMethod {
  typealias Request = ApplyReply
  typealias Reply = ReportReply
  static let name = "roost.node.v1.Controller/Report"
  static let callers: [PeerIdentity.Role] = [.node]

  static var request: ApplyReply {
    var refusal = Refusal()
    refusal.reason = "\u{7F}"
    var reply = ApplyReply()
    reply.refused = [refusal]
    return reply
  }
}
