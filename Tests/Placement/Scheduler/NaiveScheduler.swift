// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Placement

/// Nova's rules written down as they are told, with a look at every host: what the scheduler is compared with.
/// It shares the product's types and none of its rules.
struct NaiveScheduler {
  var hosts: [Host] = []
  var groups: [ServerGroupID: [NodeID]] = [:]
  var multipliers: [Weigher: Double] = [:]

  mutating func set(_ host: Host) {
    if let index = hosts.firstIndex(where: { $0.id == host.id }) {
      hosts[index] = host
    } else {
      hosts.append(host)
    }
  }

  mutating func change(
    _ node: NodeID, _ amounts: [ResourceAmount], _ group: ServerGroupID?, _ sign: Int64
  ) {
    guard let index = hosts.firstIndex(where: { $0.id == node }) else { return }
    for wanted in amounts {
      for place in hosts[index].inventories.indices
      where hosts[index].inventories[place].resource == wanted.resource {
        hosts[index].inventories[place].used += sign * wanted.amount
      }
    }
    hosts[index].instances += Int(sign)
    guard let group else { return }
    if sign > 0 {
      groups[group, default: []].append(node)
    } else if let place = groups[group]?.firstIndex(of: node) {
      groups[group]?.remove(at: place)
    }
  }

  /// The hosts that are left, the best first, with their scores.
  func rank(_ request: PlacementRequest) -> [(host: Host, score: Double)] {
    let left = hosts.filter { passes($0, request) }
    var scores = Array(repeating: 0.0, count: left.count)
    for weigher in Weigher.allCases {
      var weights = left.map { weight($0, weigher, request) }
      let floors: Set<Weigher> = [.ram, .cpu, .disk, .ioOps]
      if floors.contains(weigher) { weights = weights.map { max($0, 0) } }
      let low = floors.contains(weigher) ? 0 : weights.min() ?? 0
      let high = weights.max() ?? 0
      guard high != low else { continue }
      for index in left.indices {
        scores[index] += multiplier(left[index], weigher) * ((weights[index] - low) / (high - low))
      }
    }
    // Stable: of equals the first stays first.
    return left.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.map {
      (left[$0], scores[$0])
    }
  }

  private func multiplier(_ host: Host, _ weigher: Weigher) -> Double {
    let own = host.aggregates.compactMap { $0.metadata["\(weigher.name)_weight_multiplier"] }
      .compactMap(Double.init)
    return own.min() ?? multipliers[weigher] ?? weigher.defaultMultiplier
  }

  private func weight(_ host: Host, _ weigher: Weigher, _ request: PlacementRequest) -> Double {
    func free(_ resource: ResourceClass, ratio: Bool) -> Double {
      guard let has = host.inventories.first(where: { $0.resource == resource }) else { return 0 }
      return Double(has.total) * (ratio ? has.allocationRatio : 1) - Double(has.reserved + has.used)
    }
    switch weigher {
    case .ram: return free(.memoryMB, ratio: false)
    case .cpu: return free(.vcpu, ratio: true)
    case .disk: return free(.diskGB, ratio: false) * 1024
    case .hypervisorVersion: return Double(host.hypervisorVersion)
    case .numInstances: return Double(host.instances)
    case .ioOps: return Double(host.ioOperations)
    case .buildFailure: return Double(host.failedBuilds)
    case .softGroup:
      guard let group = request.group else { return 0 }
      let members = Double(groups[group.id, default: []].filter { $0 == host.id }.count)
      switch group.policy {
      case .softAffinity: return members
      case .softAntiAffinity: return -members
      default: return 0
      }
    }
  }

  private func passes(_ host: Host, _ request: PlacementRequest) -> Bool {
    let shape = request.shape
    guard host.isUp, host.isEnabled, host.hypervisorFailure == nil else { return false }
    if let zone = shape.availabilityZone, host.availabilityZone != zone { return false }
    if let name = request.hostName, host.name != name { return false }
    if let only = request.onlyHosts, !only.contains(host.id) { return false }
    if request.excludedHosts.contains(host.id) { return false }
    for network in shape.physicalNetworks where !host.physicalNetworks.contains(network) {
      return false
    }
    for trait in shape.requiredTraits where !host.traits.contains(trait) { return false }
    for trait in shape.forbiddenTraits where host.traits.contains(trait) { return false }
    let aggregates = Set(host.aggregates.map(\.id))
    for anyOf in shape.memberOf where aggregates.isDisjoint(with: anyOf) { return false }
    if !aggregates.isDisjoint(with: shape.forbiddenAggregates) { return false }
    for wanted in shape.resources {
      guard let has = host.inventories.first(where: { $0.resource == wanted.resource }),
        wanted.amount >= has.minUnit, wanted.amount <= has.maxUnit,
        wanted.amount % has.stepSize == 0,
        Double(has.used + wanted.amount) <= Double(has.total - has.reserved) * has.allocationRatio
      else { return false }
    }
    guard let group = request.group else { return true }
    let members = groups[group.id, default: []]
    switch group.policy {
    case .affinity: return members.isEmpty || members.contains(host.id)
    case .antiAffinity: return members.filter { $0 == host.id }.count < group.maximumPerHost
    case .softAffinity, .softAntiAffinity: return true
    }
  }
}
