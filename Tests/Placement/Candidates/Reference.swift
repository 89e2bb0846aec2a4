// SPDX-License-Identifier: Apache-2.0

import Placement

/// Placement's rules of allocation candidates, one after the other, with no thought of speed: every
/// group is given to every provider in every tree, and what breaks a rule is thrown away.
struct Reference {
  let world: World
  private var query: CandidateQuery { world.query }

  init(_ world: World) { self.world = world }

  /// All candidates.
  func requests() -> Set<PlainRequest> {
    var all: Set<PlainRequest> = []
    for root in world.providers where root.parent == nil && isAcceptable(root) {
      for assignment in assignments(around: root) where isAllowed(assignment, around: root) {
        all.insert(request(of: assignment))
      }
    }
    return all
  }

  /// Who gives one class to a group, or serves a group that asks for nothing.
  private struct Share {
    let group: RequestGroup
    let amount: ResourceAmount?
    let provider: ProviderRecord
  }

  private func isAcceptable(_ root: ProviderRecord) -> Bool {
    query.rootRequired.allSatisfy(root.traits.contains)
      && !query.rootForbidden.contains(where: root.traits.contains)
  }

  private func tree(_ root: ProviderRecord) -> [ProviderRecord] {
    world.providers.filter { world.root(of: $0) == root.id }
  }

  /// The tree, and every sharing provider with an aggregate in common with one of it.
  private func neighbourhood(of root: ProviderRecord) -> [ProviderRecord] {
    let tree = tree(root)
    let aggregates = Set(tree.flatMap(\.aggregates))
    return world.providers.filter { provider in
      tree.contains(provider)
        || provider.traits.contains(.sharesViaAggregate)
          && !aggregates.isDisjoint(with: provider.aggregates)
    }
  }

  private func assignments(around root: ProviderRecord) -> [[Share]] {
    let near = neighbourhood(of: root)
    var all: [[Share]] = [[]]
    for group in query.groups {
      var ways: [[Share]] = []
      if group.suffix.isEmpty {
        ways = [[]]
        for amount in group.resources {
          ways = ways.flatMap { way in
            near.map { way + [Share(group: group, amount: amount, provider: $0)] }
          }
          ways = ways.filter { way in way.last.map { fits($0) } ?? false }
        }
      } else {
        ways = near.map { provider in
          group.resources.isEmpty
            ? [Share(group: group, amount: nil, provider: provider)]
            : group.resources.map { Share(group: group, amount: $0, provider: provider) }
        }
        ways = ways.filter { $0.allSatisfy(fits) }
      }
      all = all.flatMap { one in ways.map { one + $0 } }
    }
    return all
  }

  /// A single amount against the inventory's units and room.
  private func fits(_ share: Share) -> Bool {
    guard let amount = share.amount else { return true }
    guard let inventory = share.provider.inventory(of: amount.resource)?.inventory else {
      return false
    }
    return amount.amount >= inventory.minUnit && amount.amount <= inventory.maxUnit
      && amount.amount.isMultiple(of: inventory.stepSize)
      && isRoom(for: amount.amount, amount.resource, on: share.provider)
  }

  private func isRoom(for amount: Int64, _ resource: ResourceClass, on provider: ProviderRecord)
    -> Bool
  {
    guard let inventory = provider.inventory(of: resource)?.inventory else { return false }
    let capacity = Double(inventory.total - inventory.reserved) * inventory.allocationRatio
    return Double(world.used(provider.id, resource) + amount) <= capacity
      && amount <= inventory.maxUnit
  }

  private func isAllowed(_ assignment: [Share], around root: ProviderRecord) -> Bool {
    query.groups.allSatisfy { group in
      let providers = assignment.filter { $0.group == group }.map(\.provider)
      return group.suffix.isEmpty
        ? isAllowed(providers, for: group, around: root)
        : providers.allSatisfy { isAllowed($0, for: group) }
    } && sumsFit(assignment) && isIsolated(assignment) && areInSubtrees(assignment)
      && (query.isNestedAware || usesEachTreeOnce(assignment))
  }

  /// A granular group's provider meets everything itself.
  private func isAllowed(_ provider: ProviderRecord, for group: RequestGroup) -> Bool {
    let saysSomething =
      !group.resources.isEmpty || !group.required.isEmpty || !group.memberOf.isEmpty
    if !group.resources.isEmpty, let tree = group.inTree {
      guard world.provider(tree).map({ world.root(of: $0) }) == world.root(of: provider) else {
        return false
      }
    }
    return saysSomething && isMember(provider, of: group.memberOf)
      && group.required.allSatisfy { $0.contains(where: provider.traits.contains) }
      && !group.forbidden.contains(where: provider.traits.contains)
      && !group.forbiddenAggregates.contains(where: provider.aggregates.contains)
  }

  /// The group without a suffix: traits of all together, aggregates also of the root, no sharing where
  /// a tree is named.
  private func isAllowed(
    _ providers: [ProviderRecord], for group: RequestGroup, around root: ProviderRecord
  ) -> Bool {
    let traits = providers.flatMap(\.traits)
    guard group.required.allSatisfy({ $0.contains(where: traits.contains) }) else { return false }
    if group.forbidden.contains(where: traits.contains) { return false }
    for provider in providers {
      let isOwn = world.root(of: provider) == root.id
      if let tree = group.inTree {
        guard isOwn, world.provider(tree).map({ world.root(of: $0) }) == root.id else {
          return false
        }
      }
      guard
        isMember(provider, of: group.memberOf) || isOwn && isMember(root, of: group.memberOf)
      else { return false }
      for aggregate in group.forbiddenAggregates {
        if provider.aggregates.contains(aggregate) || root.aggregates.contains(aggregate) {
          return false
        }
      }
    }
    return true
  }

  private func isMember(_ provider: ProviderRecord, of lists: [[AggregateID]]) -> Bool {
    lists.allSatisfy { $0.contains(where: provider.aggregates.contains) }
  }

  private func sumsFit(_ assignment: [Share]) -> Bool {
    assignment.allSatisfy { share in
      guard let amount = share.amount else { return true }
      let sum = assignment.filter {
        $0.provider.id == share.provider.id && $0.amount?.resource == amount.resource
      }.reduce(Int64(0)) { $0 + ($1.amount?.amount ?? 0) }
      return isRoom(for: sum, amount.resource, on: share.provider)
    }
  }

  private func isIsolated(_ assignment: [Share]) -> Bool {
    guard query.groupPolicy == .isolate else { return true }
    let granular = assignment.filter { !$0.group.suffix.isEmpty }
    return Set(granular.map(\.provider.id)).count == Set(granular.map(\.group.suffix)).count
  }

  private func areInSubtrees(_ assignment: [Share]) -> Bool {
    query.sameSubtrees.allSatisfy { suffixes in
      let members = assignment.filter { suffixes.contains($0.group.suffix) }.map(\.provider)
      return members.contains { top in
        members.allSatisfy { world.ancestry(of: $0).contains(top) }
      }
    }
  }

  private func usesEachTreeOnce(_ assignment: [Share]) -> Bool {
    let givers = Set(assignment.filter { $0.amount != nil }.map(\.provider))
    return Set(givers.map { world.root(of: $0) }).count == givers.count
  }

  private func request(of assignment: [Share]) -> PlainRequest {
    var sums: [ProviderID: [ResourceClass: Int64]] = [:]
    for share in assignment {
      guard let amount = share.amount else { continue }
      sums[share.provider.id, default: [:]][amount.resource, default: 0] += amount.amount
    }
    return PlainRequest(
      allocations: Set(
        sums.flatMap { provider, amounts in
          amounts.map { Allocation(provider, $0.key, $0.value) }
        }),
      mappings: Set(
        query.groups.map { group in
          GroupMapping(
            suffix: group.suffix,
            providers: Set(assignment.filter { $0.group == group }.map(\.provider.id)).sorted())
        }))
  }
}
