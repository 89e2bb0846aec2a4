// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Fleet
import NodeProtocol
import StateDigest
import TestSupport
import Testing
import Wire

@testable import Cloud

/// Nodes that come back and say in digests what they hold.
@Suite(.timeLimit(.minutes(10)))
struct ResumptionTests {
  private func held(_ told: Desired) -> Held {
    var held = Held()
    held.instanceID = told.instanceID
    held.generation = told.generation
    held.target = told.target
    return held
  }

  @Test func whatBothKnowDoesNotTravel() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode(cpus: 64, memoryMB: 65_536)
    let things = try await cloud.addThings()
    var told: [Desired] = []
    for number in 0..<40 {
      _ = try await cloud.create(things.draft("server-\(number)"))
      told.append(try await node.settleNext())
    }
    let reports = told.map { Observation.settled($0) }
    await cloud.disconnect(node)
    _ = node.applies.drain()

    try await node.connect()
    let equal = try await node.resume(holding: told.map(held), observed: reports)
    #expect(equal.named.isEmpty)
    #expect(equal.bytes < 700)
    #expect(equal.recorded == Set(reports.map { EntryDigest($0) }))
    // The first it hears is what is new.
    let later = try await cloud.create(things.draft("later"))
    #expect(await node.applies.next().map(\.instanceID) == [later])

    // An older state, as of a node whose disk was set back, and one that it has lost.
    var older = told.map(held)
    older[3].generation = Generation(epoch: 1, number: 0)
    older.removeLast()
    await cloud.disconnect(node)
    try await node.connect()
    let differing = try await node.resume(holding: older, observed: reports)
    #expect(differing.named.contains(told[3].instanceID))
    #expect(differing.named.count < 20)
    let batch = await node.applies.next()
    #expect(Set(batch.map(\.instanceID)) == [told[3].instanceID, told[39].instanceID, later])
    #expect(batch.allSatisfy { $0.spec != nil })
  }

  @Test func aRestartedAgentIsToldWhichOfItsReportsAreRecorded() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    // It has not looked at its guest yet.
    let resumed = try await node.resume(holding: [held(told)])
    #expect(resumed.recorded == [EntryDigest(.settled(told))])
    // A report of a state that is no longer wanted is recorded nowhere.
    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    try await node.report(.settled(told, power: 6))
    let again = try await node.resume(holding: [held(told)])
    #expect(again.recorded == [EntryDigest(.settled(told))])
    #expect(try await cloud.record(id)?.vmState == .active)
    try await node.vanishNext()
    #expect(try await node.resume(holding: []).recorded.isEmpty)
  }

  @Test func anOrphanStaysListedWithoutBeingNamedAgain() async throws {
    let cloud = try TestCloud()
    let node = cloud.makeNode()
    var orphan = Held()
    orphan.instanceID = numbered(77)
    orphan.generation = Generation(epoch: 1, number: 9)
    try await node.connect()
    #expect(try await node.resume(holding: [orphan]).named == [orphan.instanceID])
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin).count == 1)
    #expect(try await node.resume(holding: [orphan]).named.isEmpty)
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin).count == 1)
    #expect(node.applies.drain().isEmpty)
    // A guest that the node's journal has lost has no generation, and is named.
    orphan.generation = .zero
    #expect(try await node.resume(holding: [orphan]).named == [orphan.instanceID])
    #expect(
      try await cloud.cloud.orphans(for: TestCallers.admin).map(\.generation) == [.zero])
    try await node.resume(holding: [])
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin).isEmpty)
  }

  @Test func aNodeThatMustNameMoreIsNotUpYet() async throws {
    let cloud = try TestCloud()
    let node = cloud.makeNode()
    var one = Held()
    one.instanceID = numbered(5)
    one.generation = Generation(epoch: 1, number: 1)
    try await node.connect()
    var request = ResumeRequest()
    request.registration.hostName = "node-1"
    request.heldDigest = StateDigest([EntryDigest(holding: one.instanceID, one.generation)]).bytes
    request.observedDigest = StateDigest().bytes
    let reply = try await node.call(ControllerMethods.Resume.self, request)
    #expect(Buckets(rawValue: reply.wantedBuckets) == Buckets(of: one.instanceID))
    #expect(await cloud.fleet.connected.isEmpty)
    let refused = await #expect(throws: WireStatus.self) { try await node.heartbeat() }
    #expect(refused?.code == .failedPrecondition)
    request.heldDigest.removeLast()
    let bad = request
    let malformed = await #expect(throws: WireStatus.self) {
      try await node.call(ControllerMethods.Resume.self, bad)
    }
    #expect(malformed?.code == .invalidArgument)
    #expect(malformed?.message.contains("256 bytes each, not 255 and 256") == true)
  }
}
