// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

struct MembershipTests {
  @Test func traitsAreReplacedAndCountedOnlyIfTheyChange() throws {
    var ledger = Ledger()
    try ledger.createProvider(id(1), name: "p1")
    let red = trait("CUSTOM_RED")
    let blue = trait("CUSTOM_BLUE")
    try ledger.setTraits(of: id(1), to: [red, blue, red], generation: 0)
    #expect(ledger.provider(id(1))?.traits == [blue, red])
    #expect(ledger.provider(id(1))?.generation == 1)
    let same = try ledger.setTraits(of: id(1), to: [blue, red], generation: 1)
    #expect(same == LedgerChange())
    #expect(ledger.provider(id(1))?.generation == 1)
    try ledger.setTraits(of: id(1), to: [red], generation: 1)
    #expect(ledger.providers(with: red) == [id(1)] && ledger.providers(with: blue).isEmpty)
    #expect(throws: LedgerError.self) {
      try ledger.setTraits(of: id(1), to: [], generation: 1)
    }
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func aggregatesAreCountedFromAMicroversionOn() throws {
    var ledger = Ledger()
    try ledger.createProvider(id(1), name: "p1")
    try ledger.setAggregates(of: id(1), to: [id(90), id(91)], generation: nil, bumping: false)
    #expect(ledger.provider(id(1))?.generation == 0)
    try ledger.setAggregates(of: id(1), to: [id(91)], generation: 0)
    #expect(ledger.provider(id(1))?.generation == 1)
    #expect(ledger.providers(in: id(90)).isEmpty && ledger.providers(in: id(91)) == [id(1)])
    #expect(try ledger.rebuilt().digest == ledger.digest)
  }

  @Test func aSharingProviderServesTreesOfItsAggregates() throws {
    var ledger = Ledger()
    try ledger.add(1)
    try ledger.add(2, under: 1, aggregates: [90])
    try ledger.add(3, aggregates: [91])
    try ledger.add(4, traits: [.sharesViaAggregate])
    #expect(ledger.sharingProviders(serving: id(1)).isEmpty && ledger.isAlone(id(3)))
    let joined = try ledger.setAggregates(of: id(4), to: [id(90), id(91)], generation: nil)
    #expect(joined.resharedAggregates == [id(90), id(91)])
    #expect(ledger.sharingProviders(serving: id(1)) == [id(4)])
    #expect(ledger.sharingProviders(serving: id(3)) == [id(4)] && !ledger.isAlone(id(3)))
    // It does not serve itself.
    #expect(ledger.sharingProviders(serving: id(4)).isEmpty)
    let left = try ledger.setAggregates(of: id(4), to: [id(91)], generation: nil)
    #expect(left.resharedAggregates == [id(90)])
    let stopped = try ledger.setTraits(of: id(4), to: [], generation: nil)
    #expect(stopped.resharedAggregates == [id(91)] && ledger.isAlone(id(3)))
    let resumed = try ledger.setTraits(of: id(4), to: [.sharesViaAggregate], generation: nil)
    #expect(resumed.resharedAggregates == [id(91)])
    let gone = try ledger.deleteProvider(id(4))
    #expect(gone.resharedAggregates == [id(91)] && ledger.isAlone(id(3)))
  }

  @Test func thereIsAnEndToNames() throws {
    var ledger = Ledger()
    try ledger.createProvider(id(1), name: "p1")
    let traits = (0...LedgerLimits.traits).map { trait("CUSTOM_T\($0)") }
    #expect(throws: LedgerError.self) {
      try ledger.setTraits(of: id(1), to: traits, generation: nil)
    }
    let aggregates = (0...LedgerLimits.aggregates).map { id($0) as AggregateID }
    #expect(throws: LedgerError.self) {
      try ledger.setAggregates(of: id(1), to: aggregates, generation: nil)
    }
  }
}
