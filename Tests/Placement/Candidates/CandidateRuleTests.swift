// SPDX-License-Identifier: Apache-2.0

import Base
import Placement
import Testing

/// Each rule of the search once, on a state that a reader can keep in mind.
struct CandidateRuleTests {
  private func granular(
    _ suffix: String, _ amounts: [ResourceAmount],
    _ change: (inout RequestGroup) -> Void = { _ in }
  ) -> RequestGroup {
    var group = RequestGroup(suffix: suffix, resources: amounts)
    change(&group)
    return group
  }

  private func group(
    _ amounts: [ResourceAmount], _ change: (inout RequestGroup) -> Void = { _ in }
  ) -> RequestGroup {
    granular("", amounts, change)
  }

  /// Two hosts without a disk, 1 and 2, and a disk that they share, 3; a host with a disk, 4.
  private func storage() throws -> Ledger {
    var ledger = Ledger()
    let vcpu = ProviderInventory(.vcpu, total: 4)
    let disk = ProviderInventory(.diskGB, total: 100)
    try ledger.add(1, [vcpu], aggregates: [90])
    try ledger.add(2, [vcpu], aggregates: [90])
    try ledger.add(3, [disk], traits: [.sharesViaAggregate], aggregates: [90])
    try ledger.add(4, [vcpu, disk])
    return ledger
  }

  /// A host, 1, with two NUMA nodes, 2 and 3, and a card on each, 4 and 5.
  private func numa() throws -> Ledger {
    var ledger = Ledger()
    try ledger.add(1, [ProviderInventory(.memoryMB, total: 100)], traits: [trait("CUSTOM_HOST")])
    for node in [2, 3] {
      try ledger.add(
        node, under: 1, [ProviderInventory(.vcpu, total: 4)], traits: [trait("HW_NUMA_ROOT")])
      try ledger.add(node + 2, under: node, [ProviderInventory(.sriovNetVF, total: 8)])
    }
    try ledger.setTraits(of: id(5), to: [trait("CUSTOM_FAST")], generation: nil)
    return ledger
  }

  private func givers(_ ledger: Ledger, _ query: CandidateQuery) throws -> [[Int]] {
    try ledger.candidates(for: query).requests.map { request in
      request.mappings.flatMap { mapping in mapping.providers.map { Int($0.uuidBytes[15]) } }
    }
  }

  @Test func candidatesComeInOrderOfCreation() throws {
    let query = CandidateQuery(
      groups: [group([ResourceAmount(.vcpu, 1), ResourceAmount(.diskGB, 10)])])
    let found = try storage().candidates(for: query)
    #expect(
      found.requests.map(\.allocations) == [
        [Allocation(id(1), .vcpu, 1), Allocation(id(3), .diskGB, 10)],
        [Allocation(id(2), .vcpu, 1), Allocation(id(3), .diskGB, 10)],
        [Allocation(id(4), .vcpu, 1), Allocation(id(4), .diskGB, 10)],
      ])
    #expect(found.requests.map(\.anchor) == [id(1), id(2), id(4)])
    #expect(found.summaries.map(\.provider) == [id(1), id(2), id(3), id(4)])
    #expect(
      found.requests.first?.mappings == [GroupMapping(suffix: "", providers: [id(1), id(3)])])
  }

  @Test func aSharingProviderAloneIsOneCandidate() throws {
    let query = CandidateQuery(groups: [group([ResourceAmount(.diskGB, 10)])])
    #expect(try givers(storage(), query) == [[3], [4]])
  }

  @Test func aSharingProviderServesAGranularGroup() throws {
    let query = CandidateQuery(groups: [
      group([ResourceAmount(.vcpu, 1)]), granular("_DISK", [ResourceAmount(.diskGB, 10)]),
    ])
    #expect(try givers(storage(), query) == [[1, 3], [2, 3], [4, 4]])
  }

  @Test func aNamedTreeIsNotServedFromOutside() throws {
    let wanted = [ResourceAmount(.vcpu, 1), ResourceAmount(.diskGB, 10)]
    let near = CandidateQuery(groups: [group(wanted) { $0.inTree = id(1) }])
    #expect(try givers(storage(), near).isEmpty)
    let own = CandidateQuery(groups: [group(wanted) { $0.inTree = id(4) }])
    #expect(try givers(storage(), own) == [[4]])
    let unknown = CandidateQuery(groups: [group(wanted) { $0.inTree = id(77) }])
    #expect(try givers(storage(), unknown).isEmpty)
  }

  @Test func theGroupWithoutASuffixMeetsTraitsTogether() throws {
    let wanted = [ResourceAmount(.vcpu, 1), ResourceAmount(.sriovNetVF, 1)]
    let both = CandidateQuery(groups: [
      group(wanted) { $0.required = [[trait("HW_NUMA_ROOT")], [trait("CUSTOM_FAST")]] }
    ])
    #expect(try givers(numa(), both) == [[2, 5], [3, 5]])
    let either = CandidateQuery(groups: [
      group(wanted) { $0.required = [[trait("CUSTOM_FAST"), trait("CUSTOM_UNKNOWN")]] }
    ])
    #expect(try givers(numa(), either) == [[2, 5], [3, 5]])
    let none = CandidateQuery(groups: [
      group(wanted) { $0.forbidden = [trait("CUSTOM_FAST"), trait("CUSTOM_UNKNOWN")] }
    ])
    // A group's providers come in order of creation, and 4 is older than 3.
    #expect(try givers(numa(), none) == [[2, 4], [4, 3]])
    let unknown = CandidateQuery(groups: [
      group(wanted) { $0.required = [[trait("CUSTOM_UNKNOWN")]] }
    ])
    #expect(try givers(numa(), unknown).isEmpty)
  }

  @Test func aGranularGroupMeetsTraitsAlone() throws {
    let query = CandidateQuery(groups: [
      granular("1", [ResourceAmount(.sriovNetVF, 1)]) { $0.required = [[trait("HW_NUMA_ROOT")]] }
    ])
    #expect(try givers(numa(), query).isEmpty)
  }

  @Test func subtreesKeepGroupsTogether() throws {
    let groups = [
      granular("_C", [ResourceAmount(.vcpu, 1)]), granular("_N", [ResourceAmount(.sriovNetVF, 1)]),
    ]
    let apart = CandidateQuery(groups: groups)
    #expect(try givers(numa(), apart) == [[2, 4], [2, 5], [3, 4], [3, 5]])
    let together = CandidateQuery(groups: groups, sameSubtrees: [["_C", "_N"]])
    #expect(try givers(numa(), together) == [[2, 4], [3, 5]])
  }

  @Test func aGroupWithoutResourcesSaysWhere() throws {
    let query = CandidateQuery(
      groups: [
        granular("_ROOT", []) { $0.required = [[trait("HW_NUMA_ROOT")]] },
        granular("_N", [ResourceAmount(.sriovNetVF, 1)]) { $0.required = [[trait("CUSTOM_FAST")]] },
      ], sameSubtrees: [["_ROOT", "_N"]])
    let found = try numa().candidates(for: query)
    #expect(found.requests.map(\.allocations) == [[Allocation(id(5), .sriovNetVF, 1)]])
    #expect(
      found.requests.first?.mappings == [
        GroupMapping(suffix: "_ROOT", providers: [id(3)]),
        GroupMapping(suffix: "_N", providers: [id(5)]),
      ])
  }

  @Test func isolatedGroupsHaveProvidersOfTheirOwn() throws {
    let groups = ["1", "2"].map { granular($0, [ResourceAmount(.sriovNetVF, 1)]) }
    #expect(
      try givers(numa(), CandidateQuery(groups: groups)) == [[4, 4], [4, 5], [5, 4], [5, 5]])
    let isolated = CandidateQuery(groups: groups, groupPolicy: .isolate)
    #expect(try givers(numa(), isolated) == [[4, 5], [5, 4]])
    // The group without a suffix may be where another is.
    let beside = CandidateQuery(
      groups: [group([ResourceAmount(.sriovNetVF, 1)]), groups[0]], groupPolicy: .isolate)
    #expect(try givers(numa(), beside).count == 4)
  }

  @Test func theSumOfGroupsMustFitAsWell() throws {
    var ledger = Ledger()
    try ledger.add(1, [ProviderInventory(.vcpu, total: 8, maxUnit: 4)])
    func sums(_ first: Int64, _ second: Int64) throws -> [[Int64]] {
      let query = CandidateQuery(groups: [
        granular("1", [ResourceAmount(.vcpu, first)]),
        granular("2", [ResourceAmount(.vcpu, second)]),
      ])
      return try ledger.candidates(for: query).requests.map { $0.allocations.map(\.amount) }
    }
    #expect(try sums(2, 2) == [[4]])
    // Each is a unit, and there is room for both; but no consumer may hold so much.
    #expect(try sums(3, 2).isEmpty)
    try ledger.updateInventory(ProviderInventory(.vcpu, total: 4), of: id(1), generation: nil)
    #expect(try sums(3, 1) == [[4]])
    #expect(try sums(3, 2).isEmpty)
  }

  @Test func aggregatesOfARootCountForItsTree() throws {
    var ledger = try numa()
    try ledger.setAggregates(of: id(1), to: [id(90)], generation: nil)
    let wanted = [ResourceAmount(.vcpu, 1)]
    func count(_ suffix: String, _ change: (inout RequestGroup) -> Void) throws -> Int {
      try givers(ledger, CandidateQuery(groups: [granular(suffix, wanted, change)])).count
    }
    #expect(try count("") { $0.memberOf = [[id(90), id(91)]] } == 2)
    #expect(try count("") { $0.memberOf = [[id(90)], [id(91)]] } == 0)
    #expect(try count("") { $0.forbiddenAggregates = [id(90)] } == 0)
    // Of a granular group's provider only its own count.
    #expect(try count("1") { $0.memberOf = [[id(90)]] } == 0)
    #expect(try count("1") { $0.forbiddenAggregates = [id(90)] } == 2)
  }

  @Test func rootsHaveTraitsOfTheirOwn() throws {
    let groups = [group([ResourceAmount(.vcpu, 1)])]
    let host = trait("CUSTOM_HOST")
    let numaRoot = trait("HW_NUMA_ROOT")
    #expect(try givers(numa(), CandidateQuery(groups: groups, rootRequired: [host])).count == 2)
    #expect(try givers(numa(), CandidateQuery(groups: groups, rootRequired: [numaRoot])).isEmpty)
    #expect(try givers(numa(), CandidateQuery(groups: groups, rootForbidden: [host])).isEmpty)
  }

  @Test func beforeNestedProvidersATreeGivesOnce() throws {
    let query = CandidateQuery(
      groups: [group([ResourceAmount(.vcpu, 1), ResourceAmount(.memoryMB, 1)])],
      isNestedAware: false)
    #expect(try givers(numa(), query).isEmpty)
    let shared = CandidateQuery(
      groups: [group([ResourceAmount(.vcpu, 1), ResourceAmount(.diskGB, 1)])],
      isNestedAware: false)
    #expect(try givers(storage(), shared) == [[1, 3], [2, 3], [4]])
  }

  @Test func whatNobodyHasIsNoError() throws {
    let query = CandidateQuery(groups: [group([ResourceAmount(custom("NOBODY"), 1)])])
    let found = try storage().candidates(for: query)
    #expect(found.requests.isEmpty && found.summaries.isEmpty && !found.isCut)
  }

  @Test func providersAreFoundByWhatTheyServeAlone() throws {
    let ledger = try numa()
    #expect(try ledger.providers(matching: group([])).count == 5)
    #expect(try ledger.providers(matching: group([ResourceAmount(.vcpu, 4)])) == [id(2), id(3)])
    #expect(
      try ledger.providers(matching: group([]) { $0.required = [[trait("CUSTOM_FAST")]] })
        == [id(5)])
    #expect(
      try ledger.providers(matching: group([]) { $0.forbidden = [trait("HW_NUMA_ROOT")] })
        == [id(1), id(4), id(5)])
    #expect(try ledger.providers(matching: group([]) { $0.inTree = id(4) }).count == 5)
    #expect(try ledger.providers(matching: group([]) { $0.inTree = id(77) }).isEmpty)
  }
}
