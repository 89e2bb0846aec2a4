// SPDX-License-Identifier: Apache-2.0

import Base
import Fleet
import NodeProtocol
import StateDigest
import Synchronization
import TestSupport
import Testing
import Wire

/// Registrations that must wait, on a fleet whose clock stands still.
@Suite(.timeLimit(.minutes(10)))
struct TakingTurnsTests {
  private func resumption() -> ResumeRequest {
    var request = ResumeRequest()
    request.registration.hostName = "node"
    request.heldDigest = StateDigest().bytes
    request.observedDigest = StateDigest().bytes
    return request
  }

  @Test func whoWouldWaitLongIsToldWhenToAskAgain() async throws {
    let test = try TestFleet(turns: .init(rate: 1, burst: 1, patience: .zero))
    let (first, second, older) = (test.node(1), test.node(2), test.node(3))
    for node in [first, second, older] { try await node.connect() }
    let admitted = try await first.call(ControllerMethods.Resume.self, resumption())
    #expect(admitted.leaseMS == 15_000 && admitted.retryAfterMS == 0)
    let putOff = try await second.call(ControllerMethods.Resume.self, resumption())
    #expect(putOff.leaseMS == 0 && putOff.retryAfterMS == 1000)
    #expect(await test.up == [first.id])
    #expect(test.delegate.state.withLock { $0.resumptions } == [first.id])
    // One that knows no such answer finds its call refused.
    let refused = await #expect(throws: WireStatus.self) { try await older.register() }
    #expect(refused?.code == .resourceExhausted)
    // Those who are in go on meanwhile.
    try await first.heartbeat()
    test.clock.advance(by: .milliseconds(1000))
    let later = try await second.call(ControllerMethods.Resume.self, resumption())
    #expect(later.leaseMS == 15_000)
  }

  @Test func aTurnIsWaitedForAndGivenBackWhenItIsNotTaken() async throws {
    let test = try TestFleet(
      turns: .init(rate: 1, burst: 1, patience: .seconds(5), capacity: 2))
    let nodes = (1...4).map { test.node(UInt8($0)) }
    for node in nodes { try await node.connect() }
    _ = try await nodes[0].call(ControllerMethods.Resume.self, resumption())
    let waiting = Task { try await nodes[1].call(ControllerMethods.Resume.self, resumption()) }
    let leaving = Task { try await nodes[2].call(ControllerMethods.Resume.self, resumption()) }
    // Both wait: a third is one too many.
    while await test.fleet.registering < 2 { await Task.yield() }
    let full = try await nodes[3].call(ControllerMethods.Resume.self, resumption())
    #expect(full.retryAfterMS > 0)
    await test.disconnect(nodes[2])
    await #expect(throws: WireStatus.self) { try await leaving.value }
    while await test.fleet.registering > 1 { await Task.yield() }
    test.clock.advance(by: .seconds(1))
    #expect(try await waiting.value.leaseMS == 15_000)
    #expect(await test.fleet.registering == 0)
  }
}
