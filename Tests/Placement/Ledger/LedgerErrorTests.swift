// SPDX-License-Identifier: Apache-2.0

import Base
import Placement
import Testing

struct LedgerErrorTests {
  @Test(arguments: [
    (LedgerError.concurrentUpdate(.provider(id(1)), expected: 1, actual: 2), "concurrent_update"),
    (.concurrentUpdate(.consumer(id(1)), expected: nil, actual: 2), "concurrent_update"),
    (.duplicateInventory(id(1), .vcpu), "concurrent_update"),
    (.duplicateName("p"), "duplicate_name"),
    (.duplicateProvider(id(1)), "duplicate_name"),
    (.inventoryInUse(id(1), [.vcpu]), "inventory.inuse"),
    (.providerInUse(id(1)), "resource_provider.inuse"),
    (.hasChildren(id(1)), "resource_provider.cannot_delete_parent"),
    (.capacityExceeded(id(1), .vcpu, wanted: 1, used: 1, capacity: 1), "undefined_code"),
  ])
  func conflictsHavePlacementsCodes(error: LedgerError, code: String) {
    #expect(error.placementCode == "placement.\(code)")
    #expect(RoostError(error).kind == .conflict)
  }

  @Test func aRefusalNamesFieldValueAndWhatIsAllowed() {
    let error = RoostError(
      LedgerError.invalid(field: "limit", value: "0", allowed: "an integer from 1 on"))
    #expect(error.user == "limit is 0; allowed is an integer from 1 on.")
    #expect(error.field == "limit" && error.kind == .badRequest)
    #expect(
      LedgerError.concurrentUpdate(.consumer(id(1)), expected: nil, actual: 2).description
        == "Consumer 00000000-0000-0000-0000-000000000001 has generation 2, not null; read it again."
    )
    #expect(
      LedgerError.unitRefused(
        id(1), .vcpu, amount: 3,
        ProviderInventory(.vcpu, total: 8, minUnit: 2, maxUnit: 6, stepSize: 2)
      ).description
        == "3 VCPU of resource provider 00000000-0000-0000-0000-000000000001 is not handed out; "
        + "allowed are multiples of 2 from 2 to 6.")
  }
}
