// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct TreeTests {
  /// 1 ─ 2 ─ 3 and 4.
  private func forest() throws -> Ledger {
    var ledger = Ledger()
    try ledger.add(1)
    try ledger.add(2, under: 1)
    try ledger.add(3, under: 2)
    try ledger.add(4)
    return ledger
  }

  @Test func aTreeKnowsItsRootAndItsSize() throws {
    let ledger = try forest()
    #expect(ledger.provider(id(3))?.root == id(1))
    #expect(ledger.provider(id(3))?.parent == id(2))
    #expect(ledger.treeSize(of: id(2)) == 3)
    #expect(ledger.tree(of: id(3)).map(\.id) == [id(1), id(2), id(3)])
    #expect(ledger.rootProviders == [id(1), id(4)])
    #expect(ledger.isAlone(id(4)) && !ledger.isAlone(id(1)))
  }

  @Test func namesAndIdsAreUnique() throws {
    var ledger = try forest()
    #expect(throws: LedgerError.duplicateName("p1")) {
      try ledger.createProvider(id(9), name: "p1")
    }
    #expect(throws: LedgerError.duplicateProvider(id(1))) {
      try ledger.createProvider(id(1), name: "other")
    }
    #expect(throws: LedgerError.duplicateName("p4")) {
      try ledger.updateProvider(id(1), name: "p4", parent: nil)
    }
    #expect(throws: LedgerError.parentNotFound(id(9))) {
      try ledger.createProvider(id(8), name: "p8", parent: id(9))
    }
    #expect(throws: LedgerError.loop(id(8), parent: id(8))) {
      try ledger.createProvider(id(8), name: "p8", parent: id(8))
    }
    #expect(ledger.providerCount == 4)
  }

  @Test(arguments: [0, 201])
  func namesHaveALength(count: Int) throws {
    var ledger = Ledger()
    let name = String(repeating: "n", count: count)
    #expect(
      throws: LedgerError.invalid(
        field: "name", value: "of \(count) characters", allowed: "1 to 200 characters")
    ) {
      try ledger.createProvider(id(1), name: name)
    }
  }

  @Test func aSubtreeMovesAsAWhole() throws {
    var ledger = try forest()
    let change = try ledger.updateProvider(id(2), name: "moved", parent: id(4))
    #expect(change.providers == [id(2), id(3)])
    #expect(change.roots == [id(1), id(4)])
    #expect(ledger.provider(id(3))?.root == id(4))
    #expect(ledger.provider(named: "moved")?.id == id(2))
    #expect(ledger.provider(named: "p2") == nil)
    #expect(ledger.tree(of: id(4)).map(\.id) == [id(2), id(3), id(4)])
    #expect(ledger.treeSize(of: id(1)) == 1)
    // Neither generation counts it.
    #expect(ledger.provider(id(2))?.generation == ledger.provider(id(3))?.generation)
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func aRootMayJoinATreeAndASubtreeBecomeOne() throws {
    var ledger = try forest()
    let joined = try ledger.updateProvider(
      id(4), name: "p4", parent: id(3), allowsReparenting: false)
    #expect(joined.roots == [id(1), id(4)])
    #expect(ledger.rootProviders == [id(1)])
    let parted = try ledger.updateProvider(id(2), name: "p2", parent: nil)
    #expect(parted.roots == [id(1), id(2)] && parted.providers == [id(2), id(3), id(4)])
    #expect(ledger.rootProviders == [id(1), id(2)])
    #expect(ledger.tree(of: id(2)).map(\.id) == [id(2), id(3), id(4)])
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func beforeReparentingAParentStays() throws {
    var ledger = try forest()
    for parent in [id(4), nil] as [ProviderID?] {
      #expect(throws: LedgerError.reparenting(id(3))) {
        try ledger.updateProvider(id(3), name: "p3", parent: parent, allowsReparenting: false)
      }
    }
    try ledger.updateProvider(id(3), name: "new", parent: id(2), allowsReparenting: false)
    #expect(ledger.provider(id(3))?.name == "new")
  }

  @Test(arguments: [1, 2, 3])
  func nothingIsBelowItself(parent: Int) throws {
    var ledger = try forest()
    let before = ledger.digest
    #expect(throws: LedgerError.loop(id(1), parent: id(parent))) {
      try ledger.updateProvider(id(1), name: "other", parent: id(parent))
    }
    #expect(ledger.digest == before)
    #expect(ledger.provider(named: "other") == nil)
  }

  @Test func onlyLeavesWithoutUseGo() throws {
    var ledger = try forest()
    try ledger.add(5, under: 3, [ProviderInventory(.vcpu, total: 4)])
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(5), .vcpu, 1)])])
    #expect(throws: LedgerError.hasChildren(id(3))) { try ledger.deleteProvider(id(3)) }
    #expect(throws: LedgerError.providerInUse(id(5))) { try ledger.deleteProvider(id(5)) }
    #expect(throws: LedgerError.providerNotFound(id(9))) { try ledger.deleteProvider(id(9)) }
    try ledger.release(id(70))
    let change = try ledger.deleteProvider(id(5))
    #expect(change.providers == [id(5)] && change.roots == [id(1)])
    #expect(ledger.treeSize(of: id(1)) == 3)
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func whatIsGoneLeavesItsNameAndItsPlace() throws {
    var ledger = try forest()
    let before = ledger.digest
    try ledger.add(5, [ProviderInventory(custom("X"), total: 1)], traits: [trait("CUSTOM_Y")])
    try ledger.deleteProvider(id(5))
    #expect(ledger.digest == before)
    #expect(ledger.providers(with: custom("X")).isEmpty)
    #expect(ledger.providers(with: trait("CUSTOM_Y")).isEmpty)
    try ledger.createProvider(id(6), name: "p5")
    // Its slot is an old one, its order is not.
    #expect(ledger.rootProviders == [id(1), id(4), id(6)])
  }

  @Test func treesHaveADepth() throws {
    var ledger = Ledger()
    try ledger.add(1)
    for number in 2...LedgerLimits.treeDepth { try ledger.add(number, under: number - 1) }
    #expect(throws: LedgerError.self) { try ledger.add(500, under: LedgerLimits.treeDepth) }
    try ledger.add(501)
    try ledger.add(502, under: 501)
    #expect(throws: LedgerError.self) {
      try ledger.updateProvider(id(501), name: "p501", parent: id(LedgerLimits.treeDepth - 1))
    }
    #expect(ledger.treeSize(of: id(502)) == 2)
    try ledger.updateProvider(id(501), name: "p501", parent: id(LedgerLimits.treeDepth - 2))
  }

  @Test func treesHaveASize() throws {
    var ledger = Ledger()
    try ledger.add(0)
    for number in 1..<LedgerLimits.treeSize {
      try ledger.createProvider(id(number), name: "\(number)", parent: id(0))
    }
    #expect(throws: LedgerError.self) { try ledger.add(9000, under: 0) }
    // Moving within the tree makes it no larger.
    try ledger.updateProvider(id(1), name: "1", parent: id(2))
  }
}
