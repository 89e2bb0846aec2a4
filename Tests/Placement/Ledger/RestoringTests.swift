// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct RestoringTests {
  private let one = ProviderRecord(
    id: id(1), name: "p1", order: 1, generation: 5,
    inventories: [InventoryUse(ProviderInventory(.vcpu, total: 2), used: 99)])

  private func consumer(_ allocations: [Allocation]) -> ConsumerRecord {
    ConsumerRecord(
      id: id(70), generation: 3, type: nil, project: "p", user: "u", allocations: allocations)
  }

  @Test func generationsAndUseComeBack() throws {
    let ledger = try Ledger(
      restoring: [one], consumers: [consumer([Allocation(id(1), .vcpu, 7)])])
    #expect(ledger.provider(id(1))?.generation == 5)
    // Counted, not believed; and more than there is.
    #expect(ledger.provider(id(1))?.inventory(of: .vcpu)?.used == 7)
    #expect(ledger.consumer(id(70))?.generation == 3)
  }

  @Test func aChildMayBeOlderThanItsParent() throws {
    let child = ProviderRecord(id: id(2), name: "p2", order: 0, parent: id(1))
    let ledger = try Ledger(restoring: [one, child], consumers: [])
    #expect(ledger.tree(of: id(1)).map(\.id) == [id(2), id(1)])
    var later = ledger
    try later.createProvider(id(3), name: "p3")
    #expect(later.provider(id(3))?.order == 2)
  }

  @Test func whatNoLedgerCanHoldIsRefused() {
    func refuses(_ providers: [ProviderRecord], _ consumers: [ConsumerRecord] = []) {
      #expect(throws: LedgerError.self) {
        try Ledger(restoring: providers, consumers: consumers)
      }
    }
    var two = one
    two.id = id(2)
    two.order = 2
    refuses([one, two])
    two.name = "p2"
    two.order = 1
    refuses([one, two])
    two.order = 2
    two.parent = id(9)
    refuses([one, two])
    // Two that are each other's parents.
    var loop = one
    loop.parent = id(2)
    two.parent = id(1)
    refuses([loop, two])
    two.parent = id(2)
    refuses([one, two])
    refuses([one], [consumer([Allocation(id(9), .vcpu, 1)])])
    refuses([one], [consumer([Allocation(id(1), .pcpu, 1)])])
    refuses([one], [consumer([Allocation(id(1), .vcpu, 0)])])
    refuses([one], [consumer([Allocation(id(1), .vcpu, .max)])])
    refuses([one], [consumer([Allocation(id(1), .vcpu, 1), Allocation(id(1), .vcpu, 1)])])
    refuses([one], [consumer([])])
    let held = consumer([Allocation(id(1), .vcpu, 1)])
    refuses([one], [held, held])
  }

  @Test func everyFactIsInTheDigest() throws {
    var ledger = Ledger()
    try ledger.add(
      1, [ProviderInventory(.vcpu, total: 4)], traits: [trait("CUSTOM_RED")], aggregates: [90])
    try ledger.add(2)
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 1)])])
    let providers = ledger.allProviders
    let consumers = ledger.allConsumers
    var digests = [try ledger.rebuilt().digest]
    for change in [
      { (record: inout ProviderRecord) in record.name = "other" },
      { $0.order = 7 }, { $0.generation = 7 }, { $0.parent = id(2) }, { $0.traits = [] },
      { $0.aggregates = [] }, { $0.traits = [trait("CUSTOM_BLUE")] },
      { $0.aggregates = [id(91)] }, { $0.inventories[0].inventory.total = 5 },
      { $0.inventories[0].inventory.reserved = 1 },
      { $0.inventories[0].inventory.allocationRatio = 2 },
      { $0.inventories[0].inventory.minUnit = 2 }, { $0.inventories[0].inventory.maxUnit = 9 },
      { $0.inventories[0].inventory.stepSize = 2 },
    ] {
      var changed = providers
      change(&changed[0])
      digests.append(try Ledger(restoring: changed, consumers: consumers).digest)
    }
    for change in [
      { (record: inout ConsumerRecord) in record.generation = 9 },
      { $0.type = nil }, { $0.project = "other" }, { $0.user = "other" }, { $0.id = id(71) },
      { $0.allocations[0].amount = 2 },
    ] {
      var changed = consumers
      change(&changed[0])
      digests.append(try Ledger(restoring: providers, consumers: changed).digest)
    }
    #expect(Set(digests).count == 21)
  }
}
