// SPDX-License-Identifier: Apache-2.0

import Base
import Placement
import Testing

struct LedgerInventoryTests {
  private func ledger() throws -> Ledger {
    var ledger = Ledger()
    try ledger.createProvider(id(1), name: "p1")
    return ledger
  }

  @Test func capacityIsWhatIsNotReservedTimesTheRatio() {
    let inventory = ProviderInventory(.vcpu, total: 10, reserved: 2, allocationRatio: 1.5)
    #expect(inventory.capacity == 12)
  }

  @Test(arguments: [
    (ProviderInventory(.vcpu, total: 0), "total"),
    (ProviderInventory(.vcpu, total: 2_147_483_648), "total"),
    (ProviderInventory(.vcpu, total: -1), "total"),
    (ProviderInventory(.vcpu, total: .min, reserved: .max), "total"),
    (ProviderInventory(.vcpu, total: 1, reserved: -1), "reserved"),
    (ProviderInventory(.vcpu, total: 1, reserved: 2), "reserved"),
    (ProviderInventory(.vcpu, total: 1, reserved: 2_147_483_648), "reserved"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: 0), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: -0.5), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: .nan), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: .infinity), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: 1e308), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, allocationRatio: 3.41e38), "allocation_ratio"),
    (ProviderInventory(.vcpu, total: 1, minUnit: 0), "min_unit"),
    (ProviderInventory(.vcpu, total: 1, maxUnit: 0), "max_unit"),
    (ProviderInventory(.vcpu, total: 1, maxUnit: 2_147_483_648), "max_unit"),
    (ProviderInventory(.vcpu, total: 9, minUnit: 5, maxUnit: 4), "min_unit"),
    (ProviderInventory(.vcpu, total: 1, stepSize: 0), "step_size"),
    (ProviderInventory(.vcpu, total: 1, stepSize: -3), "step_size"),
  ])
  func badNumbersAreRefused(inventory: ProviderInventory, field: String) throws {
    var ledger = try ledger()
    let before = ledger.digest
    let error = try #require(throws: LedgerError.self) {
      try ledger.setInventories(
        of: id(1), to: [ProviderInventory(.diskGB, total: 1), inventory], generation: 0)
    }
    #expect(error.field == "inventories.VCPU.\(field)")
    #expect(error.kind == .badRequest)
    #expect(ledger.digest == before)
  }

  @Test func numbersAtTheirEdgesAreTaken() throws {
    var ledger = try ledger()
    let edges = ProviderInventory(
      .vcpu, total: 2_147_483_647, reserved: 2_147_483_647, allocationRatio: 3.40282e+38,
      minUnit: 2_147_483_647, maxUnit: 2_147_483_647, stepSize: 2_147_483_647)
    try ledger.setInventories(of: id(1), to: [edges], generation: nil)
    let huge = ProviderInventory(.diskGB, total: 2_147_483_647, allocationRatio: 3.40282e+38)
    try ledger.addInventory(huge, to: id(1), generation: 1)
    let found = try ledger.candidates(
      for: CandidateQuery(groups: [RequestGroup(resources: [ResourceAmount(.diskGB, 5)])]))
    #expect(found.summaries.first?.resources.map(\.capacity) == [.max, 0])
  }

  @Test func eachChangeBumpsTheGenerationOnce() throws {
    var ledger = try ledger()
    let vcpu = ProviderInventory(.vcpu, total: 4)
    try ledger.setInventories(of: id(1), to: [vcpu], generation: 0)
    #expect(ledger.provider(id(1))?.generation == 1)
    #expect(
      throws: LedgerError.concurrentUpdate(.provider(id(1)), expected: 0, actual: 1)
    ) {
      try ledger.setInventories(of: id(1), to: [], generation: 0)
    }
    try ledger.addInventory(ProviderInventory(.diskGB, total: 4), to: id(1), generation: 1)
    try ledger.updateInventory(ProviderInventory(.diskGB, total: 5), of: id(1), generation: 2)
    try ledger.removeInventory(of: .diskGB, from: id(1), generation: 3)
    #expect(ledger.provider(id(1))?.generation == 4)
    #expect(ledger.provider(id(1))?.inventories == [InventoryUse(vcpu)])
  }

  @Test func anInventoryIsThereOrNot() throws {
    var ledger = try ledger()
    let vcpu = ProviderInventory(.vcpu, total: 4)
    try ledger.addInventory(vcpu, to: id(1), generation: nil)
    #expect(throws: LedgerError.duplicateInventory(id(1), .vcpu)) {
      try ledger.addInventory(vcpu, to: id(1), generation: nil)
    }
    #expect(throws: LedgerError.inventoryNotFound(id(1), .pcpu)) {
      try ledger.updateInventory(ProviderInventory(.pcpu, total: 1), of: id(1), generation: nil)
    }
    #expect(throws: LedgerError.inventoryNotFound(id(1), .pcpu)) {
      try ledger.removeInventory(of: .pcpu, from: id(1))
    }
    #expect(throws: LedgerError.providerNotFound(id(2))) {
      try ledger.addInventory(vcpu, to: id(2), generation: nil)
    }
    #expect(throws: LedgerError.self) {
      try ledger.setInventories(of: id(1), to: [vcpu, vcpu], generation: nil)
    }
  }

  @Test func whatIsAllocatedKeepsItsInventory() throws {
    var ledger = try ledger()
    let both = [ProviderInventory(.vcpu, total: 4), ProviderInventory(.diskGB, total: 4)]
    try ledger.setInventories(of: id(1), to: both, generation: nil)
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 3)])])
    let error = LedgerError.inventoryInUse(id(1), [.vcpu])
    #expect(throws: error) { try ledger.setInventories(of: id(1), to: [], generation: nil) }
    #expect(throws: error) { try ledger.removeInventory(of: .vcpu, from: id(1)) }
    #expect(error.placementCode == "placement.inventory.inuse")
    try ledger.removeInventory(of: .diskGB, from: id(1))
    // Less than what is allocated is allowed, and said.
    let change = try ledger.setInventories(
      of: id(1), to: [ProviderInventory(.vcpu, total: 2)], generation: nil)
    #expect(change.overcommitted == [.vcpu])
    #expect(ledger.provider(id(1))?.inventory(of: .vcpu)?.used == 3)
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func thereIsAnEndToInventories() throws {
    var ledger = try ledger()
    let many = (0...LedgerLimits.inventories).map {
      ProviderInventory(custom("C\($0)"), total: 1)
    }
    #expect(throws: LedgerError.self) {
      try ledger.setInventories(of: id(1), to: many, generation: nil)
    }
    try ledger.setInventories(of: id(1), to: Array(many.dropFirst()), generation: nil)
    let found = try ledger.candidates(
      for: CandidateQuery(groups: [RequestGroup(resources: [ResourceAmount(custom("C500"), 1)])]))
    #expect(found.requests.count == 1)
  }
}
