// SPDX-License-Identifier: Apache-2.0

import Placement
import Testing

/// The search against rules that are written out naively, over worlds that chance draws.
struct CandidateDifferenceTests {
  @Test(arguments: 0..<8)
  func theSearchFindsWhatTheRulesAllow(part: UInt64) throws {
    var worlds = 0
    for seed in (part * 1000)..<(part * 1000 + 1000) {
      let world = World(seed: seed)
      let found = try world.found()
      worlds += found.requests.isEmpty ? 0 : 1
      guard fails(world) else { continue }
      let smallest = world.shrunk(while: fails)
      let requests = Set(try smallest.found().requests.map(PlainRequest.init))
      let expected = Reference(smallest).requests()
      Issue.record(
        """
        seed \(seed): \(smallest)
        missing: \(expected.subtracting(requests))
        too much: \(requests.subtracting(expected))
        """)
      return
    }
    // Worlds in which nothing ever fits would prove nothing.
    #expect(worlds > 250)
  }

  @Test func aLimitKeepsTheFirstOfThem() throws {
    for seed in UInt64(0)..<500 {
      var world = World(seed: seed)
      let all = try world.found().requests
      world.query.limit = 2
      #expect(try world.found().requests == Array(all.prefix(2)))
    }
  }

  @Test func theOrderOfTheRecordsDoesNotMatter() throws {
    for seed in UInt64(0)..<300 {
      var world = World(seed: seed)
      let found = try world.found()
      world.providers.reverse()
      world.consumers.reverse()
      #expect(try world.found() == found)
    }
  }

  @Test func eachCandidateCanBeWritten() throws {
    for seed in UInt64(0)..<500 {
      let world = World(seed: seed)
      let ledger = try Ledger(restoring: world.providers, consumers: world.consumers)
      for request in try ledger.candidates(for: world.query).requests {
        var copy = ledger
        // What a candidate sums up of one class must also be a multiple of the step, and it is.
        try copy.replaceAllocations([AllocationWrite(700, request.allocations, .absent)])
      }
    }
  }

  private func fails(_ world: World) -> Bool {
    guard let found = try? world.found(), !found.isCut else { return true }
    let requests = Set(found.requests.map(PlainRequest.init))
    guard requests.count == found.requests.count else { return true }
    return requests != Reference(world).requests() || found.summaries != summaries(world, found)
  }

  /// Every provider of the trees that give something; before nested trees, only those that do.
  private func summaries(_ world: World, _ found: Candidates) -> [ProviderSummary] {
    let givers = Set(found.requests.flatMap { $0.allocations.map(\.provider) })
    let roots = Set(givers.compactMap { world.provider($0) }.map { world.root(of: $0) })
    let named = world.providers.filter { provider in
      world.query.isNestedAware
        ? roots.contains(world.root(of: provider)) : givers.contains(provider.id)
    }
    let order = { (id: ProviderID) in world.provider(id)?.order ?? 0 }
    return named.sorted {
      (order(world.root(of: $0)), $0.order) < (order(world.root(of: $1)), $1.order)
    }.map { provider in
      ProviderSummary(
        provider: provider.id, root: world.root(of: provider), parent: provider.parent,
        resources: provider.inventories.map(\.inventory).sorted { $0.resource < $1.resource }
          .map { inventory in
            .init(
              resource: inventory.resource, capacity: Int64(inventory.capacity.rounded(.down)),
              used: world.used(provider.id, inventory.resource))
          },
        traits: provider.traits.sorted())
    }
  }
}
