// SPDX-License-Identifier: Apache-2.0

import Placement

private let classes: [ResourceClass] = [.vcpu, .memoryMB, custom("DISC")]
private let traits = [trait("CUSTOM_RED"), trait("CUSTOM_BLUE"), trait("HW_CPU_X86_AVX2")]
private let aggregates: [AggregateID] = [id(901), id(902), id(903)]

extension World {
  /// A world that a seed draws: up to seven providers in trees of at most three levels.
  init(seed: UInt64) {
    var chance = SeededGenerator(seed: seed)
    let count = chance.number(1...7)
    let orders = (1...count).shuffled(using: &chance)
    providers = []
    consumers = []
    query = CandidateQuery(groups: [])
    for (place, order) in orders.enumerated() {
      var provider = ProviderRecord(
        id: id(place + 1), name: "p\(place + 1)", order: UInt64(order))
      let shallow = providers.filter { Self.depth(of: $0, in: providers) < 3 }
      if chance.happens(55) { provider.parent = shallow.randomElement(using: &chance)?.id }
      provider.inventories = chance.some(of: classes, 75).map {
        InventoryUse(.random($0, &chance))
      }
      provider.traits = chance.some(of: traits, 40)
      if chance.happens(20) { provider.traits.append(.sharesViaAggregate) }
      provider.aggregates = chance.some(of: aggregates, 40)
      providers.append(provider)
    }
    for number in 0..<chance.number(0...3) {
      let some = providers.flatMap { provider in
        provider.inventories.map { Allocation(provider.id, $0.inventory.resource, 1) }
      }
      let held = chance.some(of: some, 20)
      guard !held.isEmpty else { continue }
      consumers.append(
        ConsumerRecord(
          id: id(800 + number), generation: 1, type: nil, project: "p", user: "u",
          allocations: held))
    }
    query = .random(count, &chance)
  }

  private static func depth(of provider: ProviderRecord, in all: [ProviderRecord]) -> Int {
    let parent = all.first { $0.id == provider.parent }
    return 1 + (parent.map { depth(of: $0, in: all) } ?? 0)
  }
}

extension ProviderInventory {
  fileprivate static func random(_ resource: ResourceClass, _ chance: inout SeededGenerator)
    -> ProviderInventory
  {
    let total = chance.number(2...10)
    let maximum = chance.number(2...10)
    return ProviderInventory(
      resource, total: Int64(total), reserved: Int64(chance.happens(70) ? 0 : chance.number(0...2)),
      allocationRatio: [1, 1, 1, 2, 0.5, 1.5].randomElement(using: &chance) ?? 1,
      minUnit: chance.happens(85) ? 1 : 2, maxUnit: Int64(maximum),
      stepSize: chance.happens(90) ? 1 : 2)
  }
}

extension CandidateQuery {
  fileprivate static func random(_ providers: Int, _ chance: inout SeededGenerator)
    -> CandidateQuery
  {
    var suffixes = chance.some(of: ["", "1", "_COMPUTE"], 60)
    if suffixes.isEmpty { suffixes = [chance.happens(50) ? "" : "1"] }
    var query = CandidateQuery(groups: [], budget: 10_000_000)
    for suffix in suffixes {
      query.groups.append(.random(suffix, providers, &chance))
    }
    let granular = suffixes.filter { !$0.isEmpty }
    if !granular.isEmpty, chance.happens(40) {
      query.sameSubtrees.append(granular)
      // A group that only says where the others are.
      if suffixes.count > 1, chance.happens(40) {
        query.groups[suffixes.count - 1].resources = []
      }
    }
    if chance.happens(30) { query.groupPolicy = .isolate }
    query.rootRequired = chance.some(of: traits, 2)
    query.rootForbidden = chance.some(of: traits, 3)
    query.isNestedAware = chance.happens(90)
    return query
  }
}

extension RequestGroup {
  fileprivate static func random(
    _ suffix: String, _ providers: Int, _ chance: inout SeededGenerator
  ) -> RequestGroup {
    var group = RequestGroup(suffix: suffix, resources: [])
    for resource in classes.shuffled(using: &chance).prefix(chance.happens(60) ? 1 : 2) {
      group.resources.append(ResourceAmount(resource, Int64(chance.number(1...2))))
    }
    if chance.happens(18) { group.required.append([traits[chance.number(0...2)]]) }
    if chance.happens(10) { group.required.append(chance.some(of: traits, 60)) }
    group.required.removeAll(where: \.isEmpty)
    group.forbidden = chance.some(of: traits, 5)
    if chance.happens(15) { group.memberOf.append([aggregates[chance.number(0...2)]]) }
    if chance.happens(10) { group.memberOf.append(chance.some(of: aggregates, 60)) }
    group.memberOf.removeAll(where: \.isEmpty)
    group.forbiddenAggregates = chance.some(of: aggregates, 4)
    if chance.happens(6) { group.inTree = id(chance.number(1...(providers + 1))) }
    return group
  }
}
