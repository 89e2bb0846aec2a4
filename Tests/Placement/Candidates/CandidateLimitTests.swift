// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

/// What keeps a search from costing more than it may.
struct CandidateLimitTests {
  private let one = RequestGroup(resources: [ResourceAmount(.vcpu, 1)])

  private func refusal(of query: CandidateQuery) throws -> LedgerError {
    try #require(throws: LedgerError.self) { try Ledger().candidates(for: query) }
  }

  @Test func tenThousandGroupsAreTooMany() throws {
    let groups = (0..<10_000).map {
      RequestGroup(suffix: "\($0)", resources: [ResourceAmount(.vcpu, 1)])
    }
    #expect(
      try refusal(of: CandidateQuery(groups: groups))
        == .invalid(
          field: "groups", value: "10000 of them", allowed: "1 to 100 request groups"))
    #expect(try refusal(of: CandidateQuery(groups: [])).field == "groups")
  }

  @Test func aQueryIsRightInItself() throws {
    let bare = RequestGroup(suffix: "1", resources: [])
    let cases: [(CandidateQuery, String)] = [
      (CandidateQuery(groups: [one], limit: 0), "limit"),
      (CandidateQuery(groups: [one], budget: 0), "budget"),
      (CandidateQuery(groups: [one, one]), "groups"),
      (CandidateQuery(groups: [bare], sameSubtrees: [["1"]]), "resources"),
      (CandidateQuery(groups: [one, bare]), "resources1"),
      (CandidateQuery(groups: [one], sameSubtrees: [[""]]), "same_subtree"),
      (CandidateQuery(groups: [one], sameSubtrees: [["2"]]), "same_subtree"),
      (CandidateQuery(groups: [one], sameSubtrees: [[]]), "same_subtree"),
    ]
    for (query, field) in cases { #expect(try refusal(of: query).field == field) }
    for suffix in [" ", "ä", "a b", String(repeating: "x", count: 65)] {
      var group = one
      group.suffix = suffix
      #expect(try refusal(of: CandidateQuery(groups: [group])).field == "suffix")
    }
    for amounts in [[Int64(0)], [-1], [.min], [1, 1]] {
      var group = one
      group.resources = amounts.map { ResourceAmount(.vcpu, $0) }
      let field = try refusal(of: CandidateQuery(groups: [group])).field
      #expect(field == (amounts.count == 1 ? "resources.VCPU" : "resources"))
    }
  }

  @Test func thereIsAnEndToNames() throws {
    var group = one
    group.required = [(0..<1000).map { trait("CUSTOM_T\($0)") }]
    #expect(try refusal(of: CandidateQuery(groups: [group])).field == "required and member_of")
    group.required = Array(repeating: [], count: 1001)
    #expect(try refusal(of: CandidateQuery(groups: [group])).field == "required and member_of")
    group.required = []
    group.resources = (0..<101).map { ResourceAmount(custom("C\($0)"), 1) }
    #expect(try refusal(of: CandidateQuery(groups: [group])).field == "resources")
  }

  @Test func anAmountBeyondAllInventoriesFitsNowhere() throws {
    var ledger = Ledger()
    try ledger.add(1, [ProviderInventory(.vcpu, total: 2_147_483_647, allocationRatio: 3e38)])
    let groups = ["", "1", "2"].map {
      RequestGroup(suffix: $0, resources: [ResourceAmount(.vcpu, .max)])
    }
    #expect(try ledger.candidates(for: CandidateQuery(groups: groups)).requests.isEmpty)
  }

  /// One host with so many cards that the ways to spread groups over them are beyond counting.
  private func wide() throws -> Ledger {
    var ledger = Ledger()
    try ledger.add(1)
    for card in 2..<18 {
      try ledger.add(card, under: 1, [ProviderInventory(.sriovNetVF, total: 1)])
    }
    return ledger
  }

  @Test func aSearchThatNeverEndsIsCutAndSaysSo() throws {
    let groups = (1...16).map {
      RequestGroup(suffix: "\($0)", resources: [ResourceAmount(.sriovNetVF, 1)])
    }
    var query = CandidateQuery(groups: groups, groupPolicy: .isolate, budget: 5000)
    let cut = try wide().candidates(for: query)
    #expect(cut.isCut && cut.examined == 5000 && !cut.requests.isEmpty)
    // Within its limit it is not cut.
    query.limit = 3
    let few = try wide().candidates(for: query)
    #expect(!few.isCut && few.requests.count == 3 && few.examined < 5000)
  }

  @Test func whatIsCutAndWithoutResultSaysThatToo() throws {
    // Seventeen groups on sixteen cards: only trying everything would show that it can't be.
    let groups = (1...17).map {
      RequestGroup(suffix: "\($0)", resources: [ResourceAmount(.sriovNetVF, 1)])
    }
    let query = CandidateQuery(groups: groups, groupPolicy: .isolate, budget: 5000)
    let cut = try wide().candidates(for: query)
    #expect(cut.isCut && cut.requests.isEmpty)
  }

  @Test func aLimitIsReachedWithoutLookingAtTheRest() throws {
    var ledger = Ledger()
    for number in 0..<2000 {
      try ledger.add(number, [ProviderInventory(.vcpu, total: 4)])
    }
    let found = try ledger.candidates(for: CandidateQuery(groups: [one], limit: 10))
    #expect(found.requests.count == 10 && found.examined == 10)
    #expect(found.summaries.count == 10)
  }

  @Test func aRareNameIsLookedUp() throws {
    var ledger = Ledger()
    let rare = trait("CUSTOM_RARE")
    for number in 0..<500 {
      let isRare = number == 333
      try ledger.add(
        number, [ProviderInventory(.vcpu, total: 4)], traits: isRare ? [rare] : [],
        aggregates: isRare ? [90] : [])
    }
    for change in [
      { (group: inout RequestGroup) in group.required = [[rare]] },
      { $0.memberOf = [[id(90)]] }, { $0.inTree = id(333) },
    ] {
      var group = one
      change(&group)
      let found = try ledger.candidates(for: CandidateQuery(groups: [group]))
      #expect(found.requests.map(\.anchor) == [id(333)])
      #expect(found.examined == 1)
    }
    let rooted = CandidateQuery(groups: [one], rootRequired: [rare])
    #expect(try ledger.candidates(for: rooted).requests.count == 1)
  }

  @Test func aRareNameOfASharingProviderIsFoundEverywhere() throws {
    var ledger = Ledger()
    let fast = trait("CUSTOM_FAST")
    for number in 0..<100 {
      try ledger.add(number, [ProviderInventory(.vcpu, total: 4)], aggregates: [900])
    }
    try ledger.add(
      500, [ProviderInventory(.diskGB, total: 100)], traits: [.sharesViaAggregate, fast],
      aggregates: [900])
    let wanted = [ResourceAmount(.vcpu, 1), ResourceAmount(.diskGB, 1)]
    var group = RequestGroup(resources: wanted)
    group.required = [[fast]]
    #expect(try ledger.candidates(for: CandidateQuery(groups: [group])).requests.count == 100)
  }
}
