// SPDX-License-Identifier: Apache-2.0

import Base
import Placement
import Testing

struct AllocationTests {
  /// Two providers with 8 VCPU, in units of 2 to 6 by 2, and 100 MB each.
  private func ledger() throws -> Ledger {
    var ledger = Ledger()
    for number in [1, 2] {
      try ledger.add(
        number,
        [
          ProviderInventory(.vcpu, total: 8, minUnit: 2, maxUnit: 6, stepSize: 2),
          ProviderInventory(.memoryMB, total: 100),
        ])
    }
    return ledger
  }

  private func used(_ ledger: Ledger, _ provider: Int, _ resource: ResourceClass) -> Int64? {
    ledger.provider(id(provider))?.inventory(of: resource)?.used
  }

  @Test func aWriteTakesAndBumpsBothGenerations() throws {
    var ledger = try ledger()
    let before = [1, 2].map { ledger.provider(id($0))?.generation ?? 0 }
    let change = try ledger.replaceAllocations([
      AllocationWrite(
        70,
        [
          Allocation(id(2), .memoryMB, 10), Allocation(id(1), .vcpu, 4),
          Allocation(id(1), .memoryMB, 5),
        ], .absent)
    ])
    #expect(change.providers == [id(1), id(2)] && change.roots == [id(1), id(2)])
    #expect(used(ledger, 1, .vcpu) == 4 && used(ledger, 1, .memoryMB) == 5)
    #expect([1, 2].map { ledger.provider(id($0))?.generation ?? 0 } == before.map { $0 + 1 })
    let consumer = try #require(ledger.consumer(id(70)))
    #expect(consumer.generation == 1 && consumer.type == "INSTANCE")
    #expect(
      consumer.allocations == [
        Allocation(id(1), .memoryMB, 5), Allocation(id(1), .vcpu, 4),
        Allocation(id(2), .memoryMB, 10),
      ])
    #expect(ledger.consumers(of: id(2)) == [consumer])
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func aWriteReplacesAllThatTheConsumerHeld() throws {
    var ledger = try ledger()
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 6)])])
    let before = [1, 2].map { ledger.provider(id($0))?.generation ?? 0 }
    var write = AllocationWrite(70, [Allocation(id(2), .vcpu, 6)], .exactly(1))
    write.type = nil
    write.project = "another"
    let change = try ledger.replaceAllocations([write])
    #expect(used(ledger, 1, .vcpu) == 0 && used(ledger, 2, .vcpu) == 6)
    #expect(ledger.consumer(id(70))?.generation == 2)
    #expect(ledger.consumer(id(70))?.type == "INSTANCE")
    #expect(ledger.consumer(id(70))?.project == "another")
    // Both were touched; as in Placement only the one that is named counts it.
    #expect(change.providers == [id(1), id(2)])
    #expect(
      [1, 2].map { ledger.provider(id($0))?.generation ?? 0 } == [before[0], before[1] + 1])
    #expect(ledger.consumers(of: id(1)).isEmpty)
  }

  @Test func anEmptyWriteGivesAllBack() throws {
    var ledger = try ledger()
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 6)])])
    let before = ledger.provider(id(1))?.generation ?? 0
    try ledger.replaceAllocations([AllocationWrite(70, [], .exactly(1))])
    #expect(ledger.consumer(id(70)) == nil && ledger.consumerCount == 0)
    #expect(used(ledger, 1, .vcpu) == 0)
    #expect(ledger.provider(id(1))?.generation == before + 1)
    // For one that holds nothing it is nothing.
    let change = try ledger.replaceAllocations([AllocationWrite(71, [], .absent)])
    #expect(change == LedgerChange() && ledger.consumerCount == 0)
  }

  @Test func aReleaseGivesAllBack() throws {
    var ledger = try ledger()
    let empty = ledger.digest
    let before = ledger.provider(id(1))?.generation
    var other = ledger
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 6)])])
    let change = try ledger.release(id(70))
    #expect(change.providers == [id(1)])
    #expect(used(ledger, 1, .vcpu) == 0)
    // The write was counted, the release is not.
    #expect(ledger.provider(id(1))?.generation == before.map { $0 + 1 })
    #expect(throws: LedgerError.consumerNotFound(id(70))) { try ledger.release(id(70)) }
    // Apart from that generation nothing is left of it.
    try other.setInventories(
      of: id(1), to: other.provider(id(1))?.inventories.map(\.inventory) ?? [], generation: nil)
    #expect(ledger.digest == other.digest && ledger.digest != empty)
  }

  @Test(arguments: [
    (ExpectedGeneration.absent, Int64?.none), (.exactly(0), 0), (.exactly(2), 2),
  ])
  func aConsumersGenerationMustBeRight(given: ExpectedGeneration, number: Int64?) throws {
    var ledger = try ledger()
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 2)], .absent)])
    let before = ledger.digest
    let error = LedgerError.concurrentUpdate(.consumer(id(70)), expected: number, actual: 1)
    #expect(throws: error) {
      try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 4)], given)])
    }
    #expect(error.placementCode == "placement.concurrent_update" && error.kind == .conflict)
    #expect(ledger.digest == before)
    #expect(
      throws: LedgerError.concurrentUpdate(.consumer(id(71)), expected: 1, actual: nil)
    ) {
      try ledger.replaceAllocations([AllocationWrite(71, [], .exactly(1))])
    }
  }

  @Test(arguments: [Int64(1), 3, 7, 8])
  func unitsAreKept(amount: Int64) throws {
    var ledger = try ledger()
    let terms = ProviderInventory(.vcpu, total: 8, minUnit: 2, maxUnit: 6, stepSize: 2)
    #expect(throws: LedgerError.unitRefused(id(1), .vcpu, amount: amount, terms)) {
      try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, amount)])])
    }
  }

  @Test func noMoreThanThereIsIsGiven() throws {
    var ledger = try ledger()
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 4)])])
    let before = ledger.digest
    #expect(
      throws: LedgerError.capacityExceeded(id(1), .vcpu, wanted: 6, used: 4, capacity: 8)
    ) {
      try ledger.replaceAllocations([AllocationWrite(71, [Allocation(id(1), .vcpu, 6)])])
    }
    // Two that fit alone, but not together: neither is taken.
    #expect(
      throws: LedgerError.capacityExceeded(id(1), .vcpu, wanted: 6, used: 4, capacity: 8)
    ) {
      try ledger.replaceAllocations([
        AllocationWrite(71, [Allocation(id(1), .vcpu, 4)]),
        AllocationWrite(72, [Allocation(id(1), .vcpu, 2)]),
      ])
    }
    #expect(ledger.digest == before)
    // What one gives back in the same step another may take.
    try ledger.replaceAllocations([
      AllocationWrite(71, [Allocation(id(1), .vcpu, 6)]),
      AllocationWrite(70, [Allocation(id(1), .vcpu, 2)]),
    ])
    #expect(used(ledger, 1, .vcpu) == 8)
  }

  @Test func whatLowersAnOverfullUseIsTaken() throws {
    var ledger = try ledger()
    try ledger.replaceAllocations([
      AllocationWrite(70, [Allocation(id(1), .memoryMB, 50)]),
      AllocationWrite(71, [Allocation(id(1), .memoryMB, 50)]),
    ])
    try ledger.updateInventory(
      ProviderInventory(.memoryMB, total: 10), of: id(1), generation: nil)
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .memoryMB, 40)])])
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .memoryMB, 40)])])
    #expect(throws: LedgerError.self) {
      try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .memoryMB, 41)])])
    }
    #expect(throws: LedgerError.self) {
      try ledger.replaceAllocations([AllocationWrite(72, [Allocation(id(1), .memoryMB, 1)])])
    }
    #expect(used(ledger, 1, .memoryMB) == 90)
  }

  @Test func aBrokenWriteAmongGoodOnesStopsThemAll() throws {
    var ledger = try ledger()
    let good = AllocationWrite(70, [Allocation(id(1), .vcpu, 2)])
    let before = ledger.digest
    let cases: [([AllocationWrite], LedgerError?)] = [
      ([good, AllocationWrite(71, [Allocation(id(9), .vcpu, 2)])], .providerNotFound(id(9))),
      (
        [good, AllocationWrite(71, [Allocation(id(1), .pcpu, 2)])],
        .inventoryNotFound(id(1), .pcpu)
      ),
      ([good, good], nil),
      ([good, AllocationWrite(71, [Allocation(id(1), .memoryMB, 0)])], nil),
      ([good, AllocationWrite(71, [Allocation(id(1), .memoryMB, -5)])], nil),
      ([good, AllocationWrite(71, [Allocation(id(1), .memoryMB, .max)])], nil),
      (
        [
          good,
          AllocationWrite(
            71, [Allocation(id(1), .memoryMB, 1), Allocation(id(1), .memoryMB, 2)]),
        ], nil
      ),
    ]
    for (writes, expected) in cases {
      let error = try #require(throws: LedgerError.self) { try ledger.replaceAllocations(writes) }
      if let expected { #expect(error == expected) }
      #expect(ledger.digest == before && ledger.consumerCount == 0)
    }
  }

  @Test func aConsumersTextsHaveTheirForm() throws {
    var ledger = try ledger()
    let long = String(repeating: "x", count: 256)
    for change in [
      { (write: inout AllocationWrite) in write.project = "" },
      { $0.project = long }, { $0.user = "" }, { $0.user = long }, { $0.type = "instance" },
      { $0.type = "" },
    ] {
      var write = AllocationWrite(70, [Allocation(id(1), .vcpu, 2)])
      change(&write)
      #expect(throws: LedgerError.self) { try ledger.replaceAllocations([write]) }
    }
    #expect(ledger.consumerCount == 0)
  }

  @Test func thereIsAnEndToWrites() throws {
    var ledger = try ledger()
    let many = (0...LedgerLimits.consumers).map { AllocationWrite($0, []) }
    #expect(throws: LedgerError.self) { try ledger.replaceAllocations(many) }
    let wide = Array(
      repeating: Allocation(id(1), .vcpu, 2), count: LedgerLimits.allocations + 1)
    #expect(throws: LedgerError.self) {
      try ledger.replaceAllocations([AllocationWrite(70, wide)])
    }
  }
}
