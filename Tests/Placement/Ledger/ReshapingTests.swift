// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct ReshapingTests {
  /// A host, 1, whose GPUs are its own, and a card, 2, below it; a consumer, 70, holds two GPUs.
  private func ledger() throws -> Ledger {
    var ledger = Ledger()
    try ledger.add(1, [ProviderInventory(.vcpu, total: 4), ProviderInventory(.vgpu, total: 8)])
    try ledger.add(2, under: 1)
    try ledger.replaceAllocations([
      AllocationWrite(70, [Allocation(id(1), .vcpu, 2), Allocation(id(1), .vgpu, 2)])
    ])
    return ledger
  }

  private func generation(_ ledger: Ledger, _ provider: Int) -> Int64 {
    ledger.provider(id(provider))?.generation ?? -1
  }

  private func toTheCard(_ ledger: Ledger) -> [InventoryWrite] {
    [
      InventoryWrite(
        id(1), generation: generation(ledger, 1),
        inventories: [ProviderInventory(.vcpu, total: 4)]),
      InventoryWrite(
        id(2), generation: generation(ledger, 2),
        inventories: [ProviderInventory(.vgpu, total: 8)]),
    ]
  }

  @Test func inventoriesMoveWithTheirAllocations() throws {
    var ledger = try ledger()
    let before = [1, 2].map { generation(ledger, $0) }
    let change = try ledger.reshape(
      toTheCard(ledger),
      [
        AllocationWrite(
          70, [Allocation(id(1), .vcpu, 2), Allocation(id(2), .vgpu, 2)], .exactly(1))
      ])
    #expect(change.providers == [id(1), id(2)] && change.roots == [id(1)])
    #expect(ledger.provider(id(1))?.inventory(of: .vgpu) == nil)
    #expect(ledger.provider(id(2))?.inventory(of: .vgpu)?.used == 2)
    #expect([1, 2].map { generation(ledger, $0) } == before.map { $0 + 3 })
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func allOfItHappensOrNothing() throws {
    var ledger = try ledger()
    let before = ledger.digest
    // The GPUs would lose their inventory.
    #expect(throws: LedgerError.inventoryInUse(id(1), [.vgpu])) {
      try ledger.reshape(toTheCard(ledger), [])
    }
    // The last of it is out of date.
    var writes = toTheCard(ledger)
    writes[1].generation += 1
    #expect(throws: LedgerError.self) { try ledger.reshape(writes, []) }
    // More than the card has.
    #expect(throws: LedgerError.self) {
      try ledger.reshape(
        toTheCard(ledger), [AllocationWrite(70, [Allocation(id(2), .vgpu, 9)])])
    }
    #expect(ledger.digest == before)
  }
}
