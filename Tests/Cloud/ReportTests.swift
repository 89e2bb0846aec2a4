// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Log
import NodeProtocol
import Store
import TestSupport
import Testing

@testable import Cloud

@Suite(.timeLimit(.minutes(10)))
struct ReportTests {
  @Test func aFailedCreateGivesTheClaimBackInTheCommitThatRecordsIt() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = await node.told.next()
    try await node.report(.working(told, step: "createDisk"))
    try await node.report(.failed(told, step: "createDisk", "no space left on the node"))

    // The answer to the report means that all of this is recorded.
    let record = try #require(try await cloud.record(id))
    #expect((record.vmState, record.taskState, record.node) == (.error, nil, nil))
    #expect(record.fault?.code == 500)
    #expect(record.fault?.message == "no space left on the node")
    #expect(record.fault?.details == "createDisk: no space left on the node")
    let held = try await cloud.holdings()
    #expect(held.claims == [] && held.ports == [])
    #expect(held.desired.map(\.target) == [.absent])
    #expect(try await cloud.findings() == [])
    let action = try #require(
      try await cloud.cloud.actions(of: id, for: TestCallers.member).first)
    #expect(action.events.map(\.name) == ["createDisk"])
    #expect(action.events.map(\.result) == ["Error"])

    try await node.vanishNext()
    #expect(try await cloud.holdings().desired == [])
    #expect(try await cloud.record(id)?.vmState == .error)
  }

  @Test func aServerThatRanKeepsItsPlaceWhenItFails() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    try await node.report(.failed(told, step: "startDomain", "the disk is gone"))
    let held = try await cloud.holdings()
    #expect(held.instances.map(\.vmState) == [.error])
    #expect(held.claimed("VCPU") == 1)
    #expect(held.ports.count == 1)
    // What the node said before is no longer so.
    #expect(held.desired.map(\.isSettled) == [false])
    try await node.report(.settled(told))
    #expect(try await cloud.record(id)?.vmState == .active)
    #expect(try await cloud.record(id)?.fault == nil)
  }

  @Test func repeatedReportsChangeNothing() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let id = try await cloud.create(things.draft())
    let told = await node.told.next()
    for _ in 1...2 { try await node.report(.working(told, step: "createDisk")) }
    try await node.report(.settled(told))
    let settled = try await cloud.holdings()
    try await node.report(.settled(told))
    #expect(try await cloud.holdings() == settled)
    let action = try #require(
      try await cloud.cloud.actions(of: id, for: TestCallers.member).first)
    #expect(action.events.count == 1)

    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    let absent = try await node.vanishNext()
    let record = try await cloud.record(id)
    try await node.report(.gone(absent))
    #expect(try await cloud.record(id) == record)
    #expect(node.told.drain().isEmpty)
  }

  @Test func staleReportsAreHarmless() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    let absent = await node.told.next()
    let before = try await cloud.holdings()
    // Of the generation before, of an earlier epoch, and of one that nobody was ever told.
    for generation in [
      told.generation, Generation(epoch: 0, number: 99),
      Generation(epoch: absent.generation.epoch, number: absent.generation.number + 1),
      Generation(epoch: 2, number: 1),
    ] {
      var stale = absent
      stale.generation = generation
      try await node.report(
        .settled(stale), .failed(stale, step: "x", "y"), .gone(stale), .working(stale, step: "z"))
    }
    #expect(try await cloud.holdings() == before)
  }

  @Test func anotherNodesReportIsHarmless() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode("node-1")
    let other = try await cloud.addNode("node-2")
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = await node.told.next()
    let before = try await cloud.holdings()
    try await other.report(.settled(told), .failed(told, step: "x", "y"), .gone(told))
    #expect(try await cloud.holdings() == before)
    #expect(try await cloud.record(id)?.node == node.id)
  }

  @Test func aReportOfAnUnknownInstanceIsAnsweredAndLogged() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    var desired = Desired()
    desired.instanceID = numbered(77)
    desired.generation = Generation(epoch: 1, number: 5)
    try await node.report(.settled(desired), .gone(desired))
    #expect(try await cloud.holdings().isEmpty)
    #expect(cloud.logged.records.contains { $0.text.contains("no record knows") })
    #expect(node.told.drain().isEmpty)
  }

  @Test func oneWrongReportDoesNotLoseTheOthersOfItsMessage() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = await node.told.next()
    var unknown = told
    unknown.instanceID = numbered(77)
    try await node.report(.settled(unknown), .settled(told))
    #expect(try await cloud.record(id)?.vmState == .active)
  }

  @Test(arguments: [
    (UInt32(1), VMState.active), (3, .paused), (4, .stopped), (6, .error), (7, .suspended),
  ])
  func whatAGuestIsFollowsItsPower(_ power: UInt32, _ state: VMState) async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    try await node.report(.settled(await node.told.next(), power: power))
    #expect(try await cloud.record(id)?.vmState == state)
    #expect(try await cloud.record(id)?.taskState == nil)
  }

  @Test func aServerIsNotGoneWhileAnotherNodeHasSomethingOfIt() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode("node-1")
    let other = try await cloud.addNode("node-2")
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    // The other node was cut off while it had a copy; on its return it is told to drop it.
    try await other.register(holding: [(id, told.generation)])
    let revoked = await other.told.next()
    #expect(revoked.target == .absent)
    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    try await other.report(.gone(revoked))
    #expect(try await cloud.record(id)?.taskState == .deleting)
    #expect(try await cloud.holdings().claimed("VCPU") == 1)
    try await node.vanishNext()
    #expect(try await cloud.record(id)?.isDeleted == true)
    #expect(try await cloud.holdings().isEmpty)
  }
}
