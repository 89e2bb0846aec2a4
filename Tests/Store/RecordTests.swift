// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Scratch
import Store
import TestSupport
import Testing

/// What is written comes back as it was, every field of it.
@Suite(.timeLimit(.minutes(10)))
final class RecordTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store.open(folder.file("controller.db"))
  }

  deinit { store.close() }

  @Test func identitiesComeBack() async throws {
    try await store.furnish()
    try await store.inside { tx in
      try tx.grant(RoleAssignment(user: numbered(2), project: numbered(1), role: numbered(3)))
      #expect(try tx.project(named: "demo") == Samples.project)
      #expect(try tx.user(named: "ada") == Samples.user)
      #expect(try tx.user(numbered(2)) == Samples.user)
      #expect(try tx.passwordHash(of: numbered(2))?.exposed == "hash")
      #expect(try tx.roles(of: numbered(2), in: numbered(1)) == [Samples.role])
      #expect(try tx.projects(of: numbered(2)) == [Samples.project])
      var user = Samples.user
      user.name = "ada2"
      user.email = nil
      user.defaultProject = nil
      try tx.update(user)
      #expect(try tx.user(numbered(2)) == user)
      // A change without a new password keeps the old one.
      #expect(try tx.passwordHash(of: numbered(2))?.exposed == "hash")
    }
  }

  @Test func aServerComesBack() async throws {
    try await store.furnish()
    try await store.inside { tx in
      #expect(try tx.instance(numbered(8)) == Samples.instance)
      #expect(try tx.instances(on: numbered(9)) == [Samples.instance])
      var changed = Samples.instance
      changed.name = "web2"
      changed.node = nil
      changed.vmState = .active
      changed.taskState = nil
      changed.powerState = .running
      changed.fault = nil
      changed.metadata = []
      changed.updatedAt = later(20)
      try tx.update(changed)
      #expect(try tx.instance(numbered(8)) == changed)
      #expect(try tx.instances(on: numbered(9)) == [])
    }
  }

  @Test func flavorsImagesAndKeysComeBack() async throws {
    try await store.inside { tx in
      try tx.insert(Samples.flavor)
      #expect(try tx.flavor("f1") == Samples.flavor)
      try tx.insert(Samples.image)
      #expect(try tx.image(numbered(4)) == Samples.image)
      var empty = Samples.image
      empty.status = .queued
      empty.content = nil
      empty.name = nil
      empty.diskFormat = nil
      try tx.update(empty)
      #expect(try tx.image(numbered(4)) == empty)
      try tx.insert(Samples.keyPair)
      #expect(try tx.keyPairs(of: numbered(2)) == [Samples.keyPair])
    }
  }

  @Test func networksComeBack() async throws {
    try await store.furnish()
    let (subnet, port) = (try Samples.subnet(), try Samples.port())
    let other = try Samples.address("fd00::11")
    try await store.inside { tx in
      #expect(try tx.network(numbered(5)) == Samples.network)
      #expect(try tx.subnets(of: numbered(5)) == [subnet])
      #expect(try tx.port(numbered(7)) == port)
      #expect(try tx.ports() == [port] && tx.ports(on: numbered(5)) == [port])
      #expect(try tx.takenAddresses(of: numbered(6)) == port.addresses.map(\.address))
      var changed = port
      changed.instance = numbered(8)
      changed.node = numbered(9)
      changed.addresses.append(FixedAddress(subnet: numbered(6), address: other))
      try tx.update(changed, withAddresses: true)
      #expect(try tx.ports(of: InstanceID(uuidBytes: port.id.uuidBytes) ?? .zero) == [])
      let instance: InstanceID = numbered(8)
      #expect(try tx.ports(of: instance) == [changed])
      #expect(try tx.instancePorts() == [changed])
    }
  }

  @Test func nodesAndWhatTheyWereToldComeBack() async throws {
    try await store.furnish()
    try await store.inside { tx in
      #expect(try tx.node(numbered(9))?.inventory == Samples.inventory)
      let stored = StoredInventory(
        node: numbered(9), resource: "VCPU", total: 8, reserved: 1, allocationRatio: 4, minUnit: 1,
        maxUnit: 8, stepSize: 2)
      try tx.setInventory(stored)
      #expect(try tx.inventories() == [stored])
      try tx.claim("VCPU", 2, on: numbered(9), for: numbered(8))
      #expect(
        try tx.claims() == [
          StoredClaim(instance: numbered(8), node: numbered(9), resource: "VCPU", amount: 2)
        ])
      #expect(try tx.usages().map(\.amount) == [2])

      var record = DesiredRecord(
        instance: numbered(8), node: numbered(9),
        generation: Generation(epoch: 3, number: .init(Int64.max)), target: .running,
        isSettled: false)
      try tx.set(record, spec: [1, 2, 3])
      #expect(try tx.desired(of: numbered(8)) == [record])
      record.target = .stopped
      record.isSettled = true
      try tx.set(record, spec: nil)
      #expect(try tx.desired(numbered(8), on: numbered(9)) == record)
      #expect(try tx.desiredSpec(numbered(8), on: numbered(9)) == [1, 2, 3])
      try tx.removeDesired(numbered(8), on: numbered(9))
      #expect(try tx.desired() == [])
    }
  }

  @Test func enrolmentsCertificatesAndRevocationsComeBack() async throws {
    try await store.inside { tx in
      var enrolment = Enrolment(
        id: numbered(1), node: nil, hostName: "host", createdAt: noon, expiresAt: later(60),
        creator: numbered(2), creatorName: "ada")
      try tx.insert(enrolment, secretHash: [1, 2, 3])
      #expect(try tx.enrolment(secretHash: [1, 2, 3]) == enrolment)
      #expect(try tx.enrolment(secretHash: [1, 2]) == nil)
      let use = Enrolment.Use(at: later(5), address: "::1", serial: "a1", keyID: "k1")
      #expect(try tx.use(enrolment.id, for: numbered(9), use))
      #expect(try !tx.use(enrolment.id, for: numbered(8), use), "once")
      (enrolment.node, enrolment.use) = (numbered(9), use)
      #expect(try tx.enrolments() == [enrolment])

      let first = NodeCertificate(
        serial: "a1", node: numbered(9), keyID: "k1", begins: noon, expires: later(90),
        issuedAt: later(5), origin: .enrolment(enrolment.id), chain: "PEM")
      let second = NodeCertificate(
        serial: "a2", node: numbered(9), keyID: "k2", begins: noon, expires: later(180),
        issuedAt: later(60), origin: .renewal(of: "a1"), chain: "PEM 2")
      try tx.insert(first)
      try tx.insert(second)
      #expect(try tx.certificates(of: numbered(9)) == [second, first])
      #expect(try tx.certificate("a1") == first)
      let revocation = NodeRevocation(
        node: numbered(9), at: later(70), author: numbered(2), authorName: "ada", reason: nil)
      try tx.revoke(revocation)
      #expect(try tx.revocation(of: numbered(9)) == revocation)
      #expect(try tx.revocations() == [revocation])
      #expect(try tx.certificates().map(\.revokedAt) == [later(70), later(70)])
      try tx.forgetCertificates(endedBefore: later(91))
      #expect(try tx.certificates().map(\.serial) == ["a2"])
      try tx.deleteOpenEnrolments(of: numbered(9))
      #expect(try tx.enrolments().count == 1, "a used one stays")
      try tx.forgetEnrolments(expiredBefore: later(61))
      #expect(try tx.enrolments() == [])
    }
  }

  @Test func generationsAreHandedOutOnceAndInOrder() async throws {
    let first = try await store.write { tx throws(RoostError) in try tx.nextGeneration() }
    let failed = await store.refusal { tx throws(RoostError) in
      _ = try tx.nextGeneration()
      throw RoostError(.conflict, "no")
    }
    #expect(failed == .conflict)
    let second = try await store.write { tx throws(RoostError) in try tx.nextGeneration() }
    #expect(first == Generation(epoch: 1, number: 1))
    #expect(second == Generation(epoch: 1, number: 2))
  }

  @Test func listsHaveTheirOrder() async throws {
    try await store.furnish()
    try await store.inside { tx in
      for (number, seconds) in [(UInt8(20), 5), (21, 5), (22, -5)] {
        let flavor = Samples.instance.flavor
        var instance = Instance(
          id: numbered(number), project: numbered(number == 21 ? 99 : 1), user: numbered(2),
          name: "n", description: nil, hostName: "n", flavor: flavor, image: numbered(4),
          imageProperties: [], keyName: nil, metadata: [], userData: nil, hasConfigDrive: true,
          requestedZone: nil, reservationID: "r", launchIndex: 0, createdAt: later(seconds))
        instance.vmState = number == 22 ? .deleted : .active
        try tx.insert(instance, placement: nil)
      }
      // The newest first, of equals the one written last.
      let all: [InstanceID] = [numbered(21), numbered(20), numbered(8)]
      #expect(try tx.instances(of: nil).map(\.id) == all)
      #expect(try tx.instances(of: numbered(1)).map(\.id) == [numbered(20), numbered(8)])
      #expect(try tx.instances(of: nil, deleted: true).map(\.id) == [numbered(22)])
    }
  }

  @Test func stepsOfAnActionFollowEachOther() async throws {
    try await store.furnish()
    let actions = try await store.write { tx throws(RoostError) in
      let id: InstanceID = numbered(8)
      try tx.insertAction("create", instance: id, by: TestCallers.member, at: noon)
      // The same request again is the same action.
      try tx.insertAction("create", instance: id, by: TestCallers.member, at: later(1))
      try tx.beginStep("createDisk", instance: id, host: "node-1", at: later(2))
      try tx.beginStep("createDisk", instance: id, host: "node-1", at: later(3))
      try tx.beginStep("startDomain", instance: id, host: "node-1", at: later(4))
      try tx.endSteps(instance: id, failure: "no", at: later(5))
      return try tx.actions(of: id)
    }
    let action = try #require(actions.first)
    #expect(actions.count == 1)
    #expect(action.startedAt == noon && action.updatedAt == later(5))
    #expect(action.message == "Error")
    #expect(action.events.map(\.name) == ["createDisk", "startDomain"])
    #expect(action.events.map(\.startedAt) == [later(2), later(4)])
    #expect(action.events.map(\.finishedAt) == [later(4), later(5)])
    #expect(action.events.map(\.result) == ["Success", "Error"])
    #expect(action.events.map(\.details) == [nil, "no"])
  }
}
