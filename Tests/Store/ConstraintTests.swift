// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Scratch
import Store
import TestSupport
import Testing

/// What the store refuses whatever the code above it does, and what it takes along.
@Suite(.timeLimit(.minutes(10)))
final class ConstraintTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store.open(folder.file("controller.db"))
  }

  deinit { store.close() }

  @Test func namesAndIdsAreTakenOnce() async throws {
    try await store.furnish()
    try await store.inside { tx in
      try tx.insert(Samples.flavor)
      try tx.insert(Samples.image)
      try tx.insert(Samples.keyPair)
    }
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(Samples.project) } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        let same = Project(
          id: numbered(99), name: "demo", description: "", isEnabled: true, tokensValidFrom: noon,
          createdAt: noon)
        try tx.insert(same)
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.insert(Samples.user, passwordHash: nil)
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(Samples.role, at: noon) }
        == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(Samples.flavor) } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(Samples.image) } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(Samples.keyPair) } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.insert(Samples.instance, placement: nil)
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        var other = Samples.network
        other.id = numbered(99)
        try tx.insert(other)
      } == .conflict)
  }

  @Test func anAddressAndAMACAreHeldByOnePort() async throws {
    try await store.furnish()
    let sameAddress = try Samples.port(8)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.insert(sameAddress) } == .conflict)
    var changed = try Samples.port(8, address: "fd00::11")
    changed.macAddress = try Samples.port().macAddress
    let sameMAC = changed
    #expect(await store.refusal { tx throws(RoostError) in try tx.insert(sameMAC) } == .conflict)
    // A refused port leaves nothing behind, its addresses included.
    let other = try Samples.port(8, address: "fd00::11")
    #expect(await store.refusal { tx throws(RoostError) in try tx.insert(other) } == nil)
  }

  @Test func whatIsInUseStays() async throws {
    try await store.furnish()
    try await store.inside { tx in
      try tx.claim("VCPU", 2, on: numbered(9), for: numbered(8))
    }
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.deleteSubnet(numbered(6)) } == .conflict
    )
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.deleteNetwork(numbered(5)) }
        == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.run("DELETE FROM nodes")
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in try tx.run("DELETE FROM instances") }
        == .conflict)
    try await store.inside { tx in
      try tx.deletePort(numbered(7))
      try tx.deleteSubnet(numbered(6))
      try tx.deleteNetwork(numbered(5))
    }
  }

  @Test func aClaimNeedsItsServerAndItsNode() async throws {
    try await store.furnish()
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.claim("VCPU", 2, on: numbered(99), for: numbered(8))
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.claim("VCPU", 2, on: numbered(9), for: numbered(99))
      } == .conflict)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.claim("VCPU", 2, on: numbered(9), for: numbered(8))
        try tx.claim("VCPU", 2, on: numbered(9), for: numbered(8))
      } == .conflict)
    #expect(try await store.read { tx throws(RoostError) in try tx.claims() } == [])
  }

  @Test func whatBelongsToAnotherGoesWithIt() async throws {
    try await store.furnish()
    try await store.inside { tx in
      let assignment = RoleAssignment(user: numbered(2), project: numbered(1), role: numbered(3))
      try tx.grant(assignment)
      try tx.grant(assignment)
      #expect(try tx.roleAssignments() == [assignment])
      try tx.deleteProject(numbered(1))
      #expect(try tx.roleAssignments() == [])
      #expect(try tx.user(numbered(2))?.defaultProject == nil)
      try tx.insert(Samples.flavor)
      try tx.addFlavorAccess("f1", project: numbered(50))
      #expect(try tx.flavorAccess("f1") == [numbered(50)])
      #expect(try tx.flavors(visibleTo: numbered(50)).map(\.id) == ["f1"])
      #expect(try tx.flavors(visibleTo: numbered(51)) == [])
      #expect(try tx.deleteFlavor("f1"))
      #expect(try !tx.deleteFlavor("f1"))
      #expect(try tx.flavorAccess("f1") == [])
    }
  }

  @Test func aColumnThatNobodyCanReadIsAnErrorNotATrap() async throws {
    try await store.furnish()
    for damage in [
      "UPDATE instances SET vm_state = 'dreaming'", "UPDATE instances SET flavor = '{}'",
      "UPDATE instances SET flavor = 'no json'", "UPDATE instances SET node_id = NULL, id = 'x'",
    ] {
      let kind = await store.refusal { tx throws(RoostError) in
        try tx.run(damage)
        _ = try tx.instances(of: nil)
      }
      #expect(kind == .internal, "\(damage)")
    }
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.run("UPDATE ports SET mac_address = 'x'")
        _ = try tx.ports()
      } == .internal)
    #expect(
      await store.refusal { tx throws(RoostError) in
        try tx.run("UPDATE subnets SET cidr = 'x'")
        _ = try tx.subnets()
      } == .internal)
  }
}
