// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct UsageTests {
  @Test func aProjectsUseIsSummedByType() throws {
    var ledger = Ledger()
    for number in [1, 2] {
      try ledger.add(
        number, [ProviderInventory(.vcpu, total: 40), ProviderInventory(.diskGB, total: 40)])
    }
    func write(_ consumer: Int, _ type: String?, _ project: String, _ user: String, _ amount: Int64)
      throws
    {
      try ledger.replaceAllocations([
        AllocationWrite(
          id(consumer), generation: .absent, type: type, project: project, user: user,
          allocations: [
            Allocation(id(1), .vcpu, amount), Allocation(id(2), .vcpu, 1),
            Allocation(id(2), .diskGB, amount),
          ])
      ])
    }
    try write(70, "INSTANCE", "p", "u", 2)
    try write(71, "INSTANCE", "p", "w", 3)
    try write(72, nil, "p", "u", 4)
    try write(73, "INSTANCE", "q", "u", 5)
    try write(74, "MIGRATION", "p", "u", 6)
    try ledger.release(id(74))
    let all = ledger.usages(project: "p")
    #expect(all.map(\.type) == [nil, "INSTANCE"])
    #expect(all.map(\.consumers) == [1, 2])
    #expect(
      all.map(\.amounts) == [
        [ResourceAmount(.diskGB, 4), ResourceAmount(.vcpu, 5)],
        [ResourceAmount(.diskGB, 5), ResourceAmount(.vcpu, 7)],
      ])
    #expect(ledger.usages(project: "p", user: "w").map(\.consumers) == [1])
    #expect(ledger.usages(project: "nobody").isEmpty)
  }
}
