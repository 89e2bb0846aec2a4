// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import NodeProtocol
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(10)))
struct DeleteServerTests {
  private func delete(_ id: InstanceID, on cloud: TestCloud) async throws {
    try await cloud.cloud.deleteServer(id, for: TestCallers.member.asking("req-delete"))
  }

  /// Nothing of the server is left but its record, which says so.
  private func expectBuried(
    _ id: InstanceID, on cloud: TestCloud, _ place: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(try await cloud.holdings().isEmpty, sourceLocation: place)
    let record = try await cloud.record(id)
    #expect(record?.vmState == .deleted && record?.taskState == nil, sourceLocation: place)
    #expect(record?.node == nil && record?.terminatedAt != nil, sourceLocation: place)
    let error = await failure { try await cloud.cloud.server(id, for: TestCallers.admin) }
    #expect(error?.kind == .notFound, sourceLocation: place)
  }

  @Test func anActiveServerKeepsItsPlaceUntilNothingIsLeft() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let created = try await node.settleNext()
    try await delete(id, on: cloud)

    let record = try #require(try await cloud.record(id))
    #expect((record.vmState, record.taskState) == (.active, .deleting))
    let told = await node.told.next()
    #expect(told.target == .absent && told.spec == nil)
    #expect(told.generation > created.generation)
    #expect(try await cloud.holdings().claimed("VCPU") == 1)
    #expect(try await cloud.holdings().ports.count == 1)
    #expect(try await cloud.findings() == [])

    try await node.report(.gone(told))
    try await expectBuried(id, on: cloud)
    let actions = try await cloud.cloud.actions(of: id, for: TestCallers.member)
    #expect(actions.map(\.action) == ["delete", "create"])
  }

  @Test func aServerThatIsBeingBuiltIsRevoked() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let created = await node.told.next()
    try await node.report(.working(created, step: "createDisk"))
    try await delete(id, on: cloud)
    // The node had finished before it learned of the revocation.
    try await node.report(.settled(created))
    #expect(try await cloud.record(id)?.taskState == .deleting)
    #expect(try await cloud.record(id)?.vmState == .building)
    try await node.vanishNext()
    try await expectBuried(id, on: cloud)
  }

  @Test func theNodeIsToldOnlyTheRevocationWhenItLearnsOfBothAtOnce() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    // The node can't take anything just now, and the next try comes a second later.
    node.failApplies(with: WireStatus(.unavailable, "the journal's disk is full"))
    let id = try await cloud.create(things.draft())
    #expect(await node.applies.next().map(\.target) == [.running])
    try await delete(id, on: cloud)
    await cloud.clock.untilSomebodySleeps(within: .seconds(1))
    cloud.clock.advance(by: .seconds(1))
    #expect(await node.applies.next().map(\.target) == [.absent])
    try await node.vanishNext()
    try await expectBuried(id, on: cloud)
  }

  @Test func aServerThatSwitchedItselfOffIsDeleted() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let created = try await node.settleNext()
    try await node.report(.settled(created, power: 4))
    let stopped = await node.told.next()
    #expect(stopped.target == .stopped && stopped.spec == created.spec)
    try await node.report(.settled(stopped, power: 4))
    #expect(try await cloud.record(id)?.status == .shutoff)
    #expect(try await cloud.holdings().desired.map(\.isSettled) == [true])
    try await delete(id, on: cloud)
    try await node.vanishNext()
    try await expectBuried(id, on: cloud)
  }

  @Test func aServerWithoutAHostGoesAtOnce() async throws {
    let cloud = try TestCloud()
    let id = try await cloud.create(try await cloud.addThings().draft())
    #expect(try await cloud.record(id)?.vmState == .error)
    try await delete(id, on: cloud)
    try await expectBuried(id, on: cloud)
  }

  @Test func aFailedServerIsDeletedBeforeAndAfterItsNodeHasClearedUp() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let early = try await cloud.create(things.draft())
    try await node.report(.failed(await node.told.next(), step: "defineDomain", "no"))
    let revoked = await node.told.next()
    try await delete(early, on: cloud)
    #expect(try await cloud.record(early)?.taskState == .deleting)
    try await node.report(.gone(revoked))
    try await expectBuried(early, on: cloud)

    let late = try await cloud.create(things.draft())
    try await node.report(.failed(await node.told.next(), step: "defineDomain", "no"))
    try await node.vanishNext()
    #expect(try await cloud.record(late)?.vmState == .error)
    try await delete(late, on: cloud)
    try await expectBuried(late, on: cloud)
    #expect(node.told.drain().isEmpty)
  }

  @Test func aSecondDeleteChangesNothing() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    try await node.settleNext()
    try await delete(id, on: cloud)
    let told = await node.told.next()
    let before = try await cloud.holdings().desired
    try await delete(id, on: cloud)
    #expect(try await cloud.holdings().desired == before)
    try await node.report(.gone(told))
    #expect(node.told.drain().isEmpty)
    try await expectBuried(id, on: cloud)
    let error = await failure { try await delete(id, on: cloud) }
    #expect(error?.kind == .notFound)
  }

  @Test func aNodeThatWasAwayLearnsOfItWhenItReturns() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let created = try await node.settleNext()
    await cloud.disconnect(node)
    try await delete(id, on: cloud)
    #expect(try await cloud.record(id)?.taskState == .deleting)
    try await node.connect()
    try await node.register(holding: [(id, created.generation)])
    try await node.vanishNext()
    try await expectBuried(id, on: cloud)
  }

  @Test func onlyWhoMayMayDelete() async throws {
    let cloud = try TestCloud()
    _ = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let reader = await failure {
      try await cloud.cloud.deleteServer(id, for: TestCallers.reader)
    }
    #expect(reader?.kind == .forbidden)
    let stranger = await failure {
      try await cloud.cloud.deleteServer(id, for: TestCallers.stranger)
    }
    #expect(stranger?.kind == .notFound)
    #expect(try await cloud.record(id)?.taskState == .spawning)
    try await cloud.cloud.deleteServer(id, for: TestCallers.admin)
    #expect(try await cloud.record(id)?.taskState == .deleting)
  }
}
