// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Fleet
import Log
import NodeProtocol
import Store
import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(10)))
struct RegistrationTests {
  @Test func aNodeIsRecordedWithWhatItOffers() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode(cpus: 8, memoryMB: 4096, diskGB: 50)
    let view = try await cloud.cloud.node(node.id, for: TestCallers.admin)
    #expect(view.node.hostName == "node-1")
    #expect(view.node.number == 1)
    #expect(view.node.address == "192.0.2.1")
    #expect(view.node.inventory.cpus == 8)
    #expect(view.node.availabilityZone == "nova")
    #expect(view.state == .up)
    let inventories = try await cloud.store.read { tx throws(RoostError) in try tx.inventories() }
    #expect(
      inventories.map { "\($0.resource) \($0.total) \($0.allocationRatio)" } == [
        "DISK_GB 50 1.0", "MEMORY_MB 4096 1.0", "VCPU 8 4.0",
      ])
    let refused = await failure { try await cloud.cloud.nodes(for: TestCallers.member) }
    #expect(refused?.kind == .forbidden)
  }

  @Test func whatOperatorsSetOutlivesARegistration() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode(memoryMB: 4096)
    _ = try await cloud.cloud.setNode(
      node.id, enabled: false, reason: "a broken fan", for: TestCallers.admin)
    _ = try await cloud.store.write { tx throws(RoostError) in
      try tx.run("UPDATE inventories SET allocation_ratio = 8 WHERE resource = 'VCPU'")
    }
    node.change { request in
      request.hostName = "node-1b"
      request.inventory.memoryMB = 8192
    }
    try await node.register()
    let view = try await cloud.cloud.node(node.id, for: TestCallers.admin)
    #expect(view.node.hostName == "node-1b" && view.node.number == 1)
    #expect(!view.node.isEnabled && view.node.disabledReason == "a broken fan")
    let inventories = try await cloud.store.read { tx throws(RoostError) in try tx.inventories() }
    #expect(inventories.first { $0.resource == "VCPU" }?.allocationRatio == 8)
    #expect(inventories.first { $0.resource == "MEMORY_MB" }?.total == 8192)
  }

  @Test func aReturningNodeIsToldOnlyWhatDiffers() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let first = try await cloud.create(things.draft("first"))
    let toldFirst = try await node.settleNext()
    let second = try await cloud.create(things.draft("second"))
    let toldSecond = try await node.settleNext()
    await cloud.disconnect(node)
    _ = node.applies.drain()

    try await node.connect()
    try await node.register(holding: [
      (first, toldFirst.generation), (second, toldSecond.generation),
    ])
    let third = try await cloud.create(things.draft("third"))
    // The first it hears is the new one: nothing had to be said about the others.
    #expect(await node.applies.next().map(\.instanceID) == [third])
    await cloud.disconnect(node)

    try await node.connect()
    try await node.register(holding: [
      (first, toldFirst.generation), (second, Generation(epoch: 1, number: 0)),
    ])
    let batch = await node.applies.next()
    #expect(batch.map(\.instanceID) == [second, third])
    #expect(batch.first?.generation == toldSecond.generation)
    #expect(batch.first?.spec == toldSecond.spec)
  }

  @Test func aRestartedControllerGoesOnWithWhatItRecorded() async throws {
    let before = try TestCloud()
    let node = try await before.addNode()
    let things = try await before.addThings()
    let active = try await before.create(things.draft("active"))
    let toldActive = try await node.settleNext()
    let building = try await before.create(things.draft("building"))
    let toldBuilding = await node.told.next()
    let deleting = try await before.create(things.draft("deleting"))
    let toldDeleting = try await node.settleNext()
    try await before.cloud.deleteServer(deleting, for: TestCallers.member)
    let toldAbsent = await node.told.next()
    let held = try await before.holdings()

    let after = try await before.restarted()
    #expect(try await after.holdings() == held)
    #expect(try await after.findings() == [])
    #expect(await after.fleet.condition(of: node.id).state == .unknown)
    // Nobody is placed on a node before it is there again.
    let early = try await after.create(things.draft("early"))
    #expect(try await after.record(early)?.vmState == .error)

    let same = after.makeNode(id: node.id)
    try await same.connect()
    try await same.register(holding: [
      (active, toldActive.generation), (building, toldBuilding.generation),
      (deleting, toldDeleting.generation),
    ])
    let repeated = await same.told.next()
    #expect(repeated == toldAbsent)
    try await same.report(.settled(toldBuilding), .gone(repeated))
    #expect(try await after.record(building)?.vmState == .active)
    #expect(try await after.record(deleting)?.isDeleted == true)
    let next = try await after.create(things.draft("next"))
    #expect(try await after.record(next)?.node == node.id)
    let generation = try #require(try await after.holdings().desired.map(\.generation).max())
    #expect(generation > toldAbsent.generation)
    #expect(try await after.findings() == [])
  }

  @Test func whatTheStoreNeverKnewIsKeptAndListed() async throws {
    let cloud = try TestCloud()
    let node = cloud.makeNode()
    let orphan: InstanceID = numbered(77)
    let generation = Generation(epoch: 1, number: 9)
    try await node.connect()
    // A node that names one twice is served all the same.
    try await node.register(holding: [(orphan, generation), (orphan, generation)])
    let first = cloud.clock.now
    #expect(
      try await cloud.cloud.orphans(for: TestCallers.admin) == [
        Orphan(node: node.id, instance: orphan, generation: generation, firstSeenAt: first)
      ])
    cloud.clock.advance(by: .seconds(60))
    try await node.register(holding: [(orphan, generation)])
    #expect(
      try await cloud.cloud.orphans(for: TestCallers.admin).map(\.firstSeenAt) == [first])
    // Nothing tells the node to remove it.
    #expect(try await cloud.holdings().desired == [])
    #expect(node.applies.drain().isEmpty)
    #expect(cloud.logged.records.contains { $0.fields[.instance] == orphan.description })

    try await node.register()
    #expect(try await cloud.cloud.orphans(for: TestCallers.admin) == [])
    let refused = await failure { try await cloud.cloud.orphans(for: TestCallers.member) }
    #expect(refused?.kind == .forbidden)
  }

  @Test func aDeletedServerThatANodeStillHoldsIsRevoked() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let id = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    try await cloud.cloud.deleteServer(id, for: TestCallers.member)
    try await node.vanishNext()
    // The node's disk was set back to a time when it had the server.
    try await node.register(holding: [(id, told.generation)])
    let revoked = try await node.vanishNext()
    #expect(revoked.instanceID == id && revoked.generation > told.generation)
    #expect(try await cloud.holdings().isEmpty)
    #expect(try await cloud.record(id)?.isDeleted == true)
  }

  @Test func aNodeMayFetchTheImageOfAServerItBuilds() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    _ = try await cloud.create(things.draft())
    // Deleting the image does not take it from the server that is being built.
    try await cloud.images.delete(things.image.id, TestCallers.admin)
    var request = GrantImageRequest()
    request.imageID = things.image.id
    let idle = try await cloud.addNode("idle")
    let refused = await #expect(throws: WireStatus.self) {
      try await idle.call(ControllerMethods.GrantImage.self, request)
    }
    #expect(refused?.code == .permissionDenied)
    let reply = try await node.call(ControllerMethods.GrantImage.self, request)
    #expect(reply.sha256 == things.image.content?.sha256)
    #expect(reply.sizeBytes == 11)
    let prefix = "http://controller:8770/image/v2/grants/"
    #expect(reply.url.hasPrefix(prefix))
    let file = try await cloud.images.file(granted: String(reply.url.dropFirst(prefix.count)))
    #expect(try SystemDisk().read(file.path, limit: 100) == Array("a raw image".utf8))

    try await node.settleNext()
    let gone = await failure { try await node.call(ControllerMethods.GrantImage.self, request) }
    #expect(gone != nil)
    #expect(try SystemDisk().size(of: file.path) == nil)
  }
}
