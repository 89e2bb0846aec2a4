// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Placement

struct DigestTests {
  @Test func useThatWasCountedWrongShows() throws {
    var ledger = Ledger()
    try ledger.add(1, [ProviderInventory(.vcpu, total: 4)])
    let slot = try ledger.slot(of: id(1))
    let right = ledger.digest(ofProvider: slot)
    ledger.use(slot, ledger.providers[slot].inventories[0].number, by: 1)
    #expect(ledger.digest(ofProvider: slot) != right)
  }

  @Test func whatIsTakenBackLeavesNothing() throws {
    var ledger = Ledger()
    let empty = ledger.digest
    try ledger.add(
      1, [ProviderInventory(.vcpu, total: 4)], traits: [.sharesViaAggregate], aggregates: [90])
    try ledger.replaceAllocations([AllocationWrite(70, [Allocation(id(1), .vcpu, 1)])])
    #expect(ledger.digest != empty)
    try ledger.release(id(70))
    try ledger.deleteProvider(id(1))
    #expect(ledger.digest == empty && ledger.sharing.isEmpty)
    #expect(ledger.traits.number(of: .sharesViaAggregate) == nil)
    #expect(ledger.aggregates.number(of: id(90)) == nil && ledger.classes.number(of: .vcpu) == nil)
  }
}
