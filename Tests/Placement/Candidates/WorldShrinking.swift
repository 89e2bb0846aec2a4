// SPDX-License-Identifier: Apache-2.0

import Placement

extension World {
  /// The smallest world around this one that still fails: one thing less at a time, as long as it does.
  func shrunk(while fails: (World) -> Bool) -> World {
    var smallest = self
    while let smaller = smallest.smaller.first(where: fails) { smallest = smaller }
    return smallest
  }

  /// This world with one thing less, in every way.
  private var smaller: [World] {
    var worlds: [World] = []
    func without(_ change: (inout World) -> Void) {
      var world = self
      change(&world)
      worlds.append(world)
    }
    for (place, provider) in providers.enumerated() {
      if !providers.contains(where: { $0.parent == provider.id }) {
        without { world in
          world.providers.remove(at: place)
          world.dropAllocations { $0.provider == provider.id }
        }
      }
      for resource in provider.inventories.map(\.inventory.resource) {
        without { world in
          world.providers[place].inventories.removeAll { $0.inventory.resource == resource }
          world.dropAllocations { $0.provider == provider.id && $0.resource == resource }
        }
      }
      for trait in provider.traits.indices {
        without { $0.providers[place].traits.remove(at: trait) }
      }
      for aggregate in provider.aggregates.indices {
        without { $0.providers[place].aggregates.remove(at: aggregate) }
      }
    }
    for consumer in consumers.indices { without { $0.consumers.remove(at: consumer) } }
    return worlds + smallerQueries
  }

  private mutating func dropAllocations(where drops: (Allocation) -> Bool) {
    for place in consumers.indices { consumers[place].allocations.removeAll(where: drops) }
    consumers.removeAll(where: \.allocations.isEmpty)
  }

  private var smallerQueries: [World] {
    var worlds: [World] = []
    func without(_ change: (inout CandidateQuery) -> Void) {
      var world = self
      change(&world.query)
      if (try? world.found()) != nil { worlds.append(world) }
    }
    for place in query.groups.indices {
      let suffix = query.groups[place].suffix
      without { query in
        query.groups.remove(at: place)
        query.sameSubtrees = query.sameSubtrees.map { $0.filter { $0 != suffix } }
          .filter { !$0.isEmpty }
      }
      for resource in query.groups[place].resources.indices {
        without { $0.groups[place].resources.remove(at: resource) }
      }
      for list in query.groups[place].required.indices {
        without { $0.groups[place].required.remove(at: list) }
      }
      for list in query.groups[place].memberOf.indices {
        without { $0.groups[place].memberOf.remove(at: list) }
      }
      without { $0.groups[place].forbidden = [] }
      without { $0.groups[place].forbiddenAggregates = [] }
      without { $0.groups[place].inTree = nil }
    }
    without { $0.sameSubtrees = [] }
    without { $0.groupPolicy = .none }
    without { $0.rootRequired = [] }
    without { $0.rootForbidden = [] }
    without { $0.isNestedAware = true }
    return worlds.filter { $0.query != query }
  }
}
