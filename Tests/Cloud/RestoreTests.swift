// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import NodeProtocol
import Scratch
import Store
import TestSupport
import Testing
import Wire

@testable import Cloud

/// A store that was set back meets nodes that know more.
@Suite(.timeLimit(.minutes(10)))
struct RestoreTests {
  /// A controller that finds what another had when `backUp` was called.
  private struct Copy {
    let folder: TemporaryFolder
    let clock: TestClock

    init(of cloud: TestCloud) throws {
      folder = try TemporaryFolder()
      clock = cloud.clock
      try Backup.make(
        of: cloud.folder.file("controller.db"), at: folder.file("backup"), time: clock.now,
        disk: SystemDisk())
    }

    func restored() throws -> TestCloud {
      let path = folder.file("controller.db")
      for suffix in ["", "-wal", "-shm"] { try SystemDisk().remove(path + suffix) }
      _ = try Backup.unpack(
        folder.file("backup"), to: path, outdoing: .zero, at: clock.now, disk: SystemDisk()
      ) { _ in () }
      return try TestCloud(in: folder, clock: clock, seed: 3)
    }
  }

  private func held(_ told: Desired, _ target: Desired.Target? = nil) -> Held {
    var held = Held()
    held.instanceID = told.instanceID
    held.generation = told.generation
    held.target = target ?? told.target
    return held
  }

  @Test func whatTheNodeWasToldLaterBecomesTheRecord() async throws {
    let before = try TestCloud()
    let node = try await before.addNode(cpus: 8)
    let things = try await before.addThings()
    let same = try await before.create(things.draft("same"))
    let toldSame = try await node.settleNext()
    let switchedOff = try await before.create(things.draft("switched-off"))
    let toldOn = try await node.settleNext()
    let deleting = try await before.create(things.draft("deleting"))
    try await node.settleNext()
    let deleted = try await before.create(things.draft("deleted"))
    try await node.settleNext()
    let building = try await before.create(things.draft("building"))
    let toldBuilding = await node.told.next()
    let backup = try Copy(of: before)

    try await node.report(.settled(toldOn, power: 4), .settled(toldBuilding))
    let toldOff = await node.told.next()
    try await before.cloud.deleteServer(deleting, for: TestCallers.member)
    let toldDelete = await node.told.next()
    try await before.cloud.deleteServer(deleted, for: TestCallers.member.asking("req-2"))
    try await node.vanishNext()
    let later = try await before.create(things.draft("later"))
    let toldLater = try await node.settleNext()

    let after = try backup.restored()
    #expect(try await after.findings() == [])
    let returned = after.makeNode(id: node.id, cpus: 8)
    try await returned.connect()
    try await returned.register(holding: [
      held(toldSame), held(toldOff), held(toldDelete), held(toldBuilding), held(toldLater),
    ])
    #expect(try await after.findings() == [])
    var told: [InstanceID: Desired] = [:]
    for _ in 1...3 {
      let desired = await returned.told.next()
      told[desired.instanceID] = desired
    }
    // Nothing is said of what is as it was, nor of what is not known.
    #expect(returned.told.drain().isEmpty)
    #expect(Set(told.keys) == [switchedOff, deleting, deleted])

    let off = try #require(told[switchedOff])
    #expect(off.target == .stopped && off.generation > toldOff.generation)
    #expect(off.generation.number < toldOff.generation.number)
    let delete = try #require(told[deleting])
    #expect(delete.target == .absent && delete.generation > toldDelete.generation)
    #expect(try await after.record(deleting)?.taskState == .deleting)
    // Of what the node does not have it must not make an empty one.
    let gone = try #require(told[deleted])
    #expect(gone.target == .running && gone.launched)

    try await returned.report(
      .settled(toldSame), .settled(toldBuilding), .settled(off, power: 4), .gone(delete),
      .failed(gone, step: "", "The instance's root disk is missing on its node."))
    #expect(try await after.record(same)?.vmState == .active)
    #expect(try await after.record(building)?.vmState == .active)
    #expect(try await after.record(switchedOff)?.vmState == .stopped)
    #expect(try await after.record(deleting)?.isDeleted == true)
    let lost = try #require(try await after.record(deleted))
    #expect(lost.vmState == .error)
    #expect(lost.fault?.message.contains("it may have been deleted since") == true)
    #expect(
      try await after.cloud.orphans(for: TestCallers.admin).map(\.instance) == [later])
    #expect(try await after.findings() == [])

    // An operator tidies up.
    try await after.cloud.deleteServer(deleted, for: TestCallers.member.asking("req-3"))
    try await returned.vanishNext()
    #expect(try await after.record(deleted)?.isDeleted == true)
  }

  @Test func aServerThatWasBeingMadeIsNotMadeAnew() async throws {
    let before = try TestCloud()
    let node = try await before.addNode()
    let building = try await before.create(try await before.addThings().draft())
    _ = await node.told.next()
    let after = try Copy(of: before).restored()
    let returned = after.makeNode(id: node.id)
    try await returned.connect()
    try await returned.register()
    let told = await returned.told.next()
    #expect(told.launched)
    try await returned.report(
      .failed(told, step: "", "The instance's root disk is missing on its node."))
    #expect(try await after.record(building)?.vmState == .error)
    try await returned.vanishNext()
    #expect(try await after.holdings().claims == [])
    #expect(try await after.findings() == [])
  }

  @Test func anOrphanGoesOnlyByAnOperatorsOrder() async throws {
    let cloud = try TestCloud()
    let node = cloud.makeNode()
    let orphan: InstanceID = numbered(77)
    let generation = Generation(epoch: 1, number: 900)
    try await node.connect()
    try await node.register(holding: [(orphan, generation)])
    await cloud.disconnect(node)
    let refused = await failure {
      try await cloud.cloud.removeOrphan(orphan, on: node.id, for: TestCallers.member)
    }
    #expect(refused?.kind == .forbidden)
    let absent = await failure {
      try await cloud.cloud.removeOrphan(numbered(78), on: node.id, for: TestCallers.admin)
    }
    #expect(absent?.kind == .notFound)

    // The order waits for the node, and is the same however often it is given.
    let ordered = try await cloud.cloud.removeOrphan(
      orphan, on: node.id, for: TestCallers.admin)
    let again = try await cloud.cloud.removeOrphan(orphan, on: node.id, for: TestCallers.admin)
    #expect(ordered.removal == again.removal)
    try await node.connect()
    try await node.register(holding: [(orphan, generation)])
    let told = await node.told.next()
    #expect(told.target == .absent && told.generation > generation)
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin).map(\.instance) == [orphan])
    try await node.report(.gone(told))
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin) == [])
  }

  @Test func aStoreThatWasCopiedBackByHandBeginsAnEpochToo() async throws {
    let cloud = try TestCloud()
    let node = cloud.makeNode()
    try await node.connect()
    try await node.register(holding: [(numbered(77), Generation(epoch: 1, number: 900))])
    let newest = try await cloud.store.read { tx throws(RoostError) in try tx.newestGeneration() }
    #expect(newest.epoch == cloud.clock.now.epochSeconds)

    // One that claims to come from the end of time is not believed.
    let error = await #expect(throws: WireStatus.self) {
      try await node.register(
        holding: [(numbered(77), Generation(epoch: UInt64(Int64.max), number: 1))])
    }
    #expect(error?.code == .invalidArgument)
    let same = try await cloud.store.read { tx throws(RoostError) in try tx.newestGeneration() }
    #expect(same == newest)
  }
}
