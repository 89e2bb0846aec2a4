// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct InventoryTests {
  @Test func capacityIsWhatIsNotReservedTimesTheRatio() {
    #expect(Inventory(.vcpu, total: 4).capacity == 16)
    #expect(Inventory(.memoryMB, total: 1000, reserved: 200).capacity == 800)
    #expect(Inventory(.memoryMB, total: 1000, reserved: 200, allocationRatio: 1.5).capacity == 1200)
    #expect(Inventory(.diskGB, total: 0).capacity == 0)
  }

  @Test func whatFitsExactlyFits() {
    let inventory = Inventory(.memoryMB, total: 1000, used: 600)
    #expect(inventory.shortfall(for: 400) == 0)
    #expect(inventory.shortfall(for: 401) == 1)
    // More is claimed than there is, as after a node lost memory.
    #expect(Inventory(.memoryMB, total: 1000, used: 1200).shortfall(for: 100) == 300)
  }

  @Test(arguments: [(4, true), (8, true), (20, true), (2, false), (22, false), (24, false)])
  func unitsAreBoundedAndStepped(amount: Int64, allowed: Bool) {
    let inventory = Inventory(.diskGB, total: 100, minUnit: 4, maxUnit: 20, stepSize: 4)
    #expect(inventory.allows(unit: amount) == allowed)
  }

  @Test func nonsenseFromAStoreTrapsNothing() {
    let inventory = Inventory(.diskGB, total: 10, minUnit: 5, maxUnit: 1, stepSize: 0)
    #expect(inventory.allows(unit: 5))
    #expect(!inventory.allows(unit: 1))
    #expect(Inventory(.diskGB, total: 10, reserved: 20).shortfall(for: 1) == 11)
  }
}
