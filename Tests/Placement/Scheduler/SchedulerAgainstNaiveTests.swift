// SPDX-License-Identifier: Apache-2.0

import Base
import FoundationEssentials
import Testing

@testable import Placement

/// Random fleets, requests and changes: after each step the scheduler says what Nova's rules say.
@Suite struct SchedulerAgainstNaiveTests {
  @Test(arguments: 0..<300) func theSameHostsInTheSameOrder(seed: UInt64) throws {
    var story = Story(seed: seed, hosts: Int(2 + seed % 40), steps: 60)
    if let difference = story.run() {
      // Fewer hosts and steps that still differ are easier to follow.
      var least = difference
      for hosts in 1...Int(2 + seed % 40) {
        for steps in 1...60 {
          var smaller = Story(seed: seed, hosts: hosts, steps: steps)
          if let found = smaller.run() {
            least = "\(hosts) hosts, \(steps) steps: \(found)"
            Issue.record("\(least)")
            return
          }
        }
      }
      Issue.record("\(least)")
    }
  }

  @Test(arguments: 0..<4) func aLargeFleetIsRankedAsASmallOne(seed: UInt64) throws {
    var story = Story(seed: 1000 + seed, hosts: 700, steps: 300)
    #expect(story.run() == nil)
  }
}

/// What happens to a fleet, drawn from a seed.
struct Story {
  private let chance: SeededRandomness
  private let steps: Int
  private let isAlike: Bool
  private var scheduler: Scheduler
  private var naive = NaiveScheduler()
  private static let trait = [Trait(rawValue: "HW_CPU_X86_AVX2")].compactMap { $0 }
  private static let racks = (0..<3).map { AggregateID.random(from: SeededRandomness(seed: $0)) }
  private var claims: [(InstanceID, NodeID, PlacementRequest)] = []

  init(seed: UInt64, hosts: Int, steps: Int) {
    chance = SeededRandomness(seed: seed)
    self.steps = steps
    isAlike = chance.one(in: 3)
    var multipliers: [Weigher: Double] = [:]
    if chance.one(in: 2) {
      for weigher in Weigher.allCases where chance.one(in: 3) {
        multipliers[weigher] = Double(chance.below(7)) - 3
      }
    }
    scheduler = Scheduler(SchedulerConfiguration(multipliers: multipliers))
    naive.multipliers = multipliers
    for number in 0..<hosts { set(randomHost(number)) }
  }

  /// What the two disagree on; nil if nothing.
  mutating func run() -> String? {
    for step in 0..<steps {
      switch chance.below(10) {
      case 0 where !naive.hosts.isEmpty:
        let index = chance.below(naive.hosts.count)
        var host = naive.hosts[index]
        let fresh = randomHost(index)
        switch chance.below(4) {
        case 0: host.isUp.toggle()
        case 1: host.aggregates = fresh.aggregates
        case 2: host.ioOperations = chance.below(4)
        default:
          for place in host.inventories.indices where chance.one(in: 2) {
            host.inventories[place].allocationRatio = fresh.inventories[0].allocationRatio
          }
        }
        set(host)
      case 1, 2, 3:
        guard !claims.isEmpty else { continue }
        let (instance, node, request) = claims.remove(at: chance.below(claims.count))
        scheduler.release(instance)
        naive.change(node, request.shape.resources, request.group?.id, -1)
      default:
        let request = randomRequest()
        let expected = naive.rank(request)
        let instance = InstanceID.random(from: chance)
        let decision = scheduler.claim(request, for: instance)
        if let difference = difference(decision, expected, request) {
          return "step \(step): \(difference)"
        }
        if let node = decision.node {
          naive.change(node, request.shape.resources, request.group?.id, 1)
          claims.append((instance, node, request))
        }
      }
    }
    for host in naive.hosts where scheduler.host(host.id) != host {
      return "\(host.name) is not what it should be"
    }
    return nil
  }

  private func difference(
    _ decision: Decision, _ expected: [(host: Host, score: Double)], _ request: PlacementRequest
  ) -> String? {
    let ranked = decision.explanation.ranked.map { "\($0.host) \($0.score)" }
    let wanted = expected.prefix(3).map { "\($0.host.name) \($0.score)" }
    guard decision.node == expected.first?.host.id, ranked == Array(wanted) else {
      return "\(ranked) instead of \(wanted) for \(request)"
    }
    let stages = decision.explanation.stages
    guard (stages.last?.remaining ?? naive.hosts.count) == expected.count,
      naive.hosts.count - stages.reduce(0, { $0 + $1.removed }) == expected.count
    else { return "\(stages) for \(expected.count) of \(naive.hosts.count) left by \(request)" }
    return nil
  }

  private mutating func set(_ host: Host) {
    scheduler.set(host)
    naive.set(host)
  }

  private mutating func randomHost(_ number: Int) -> Host {
    let size = isAlike ? 4 : Int64(1 + chance.below(8))
    var host = Host(
      id: NodeID(
        UUID(
          uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number / 256), UInt8(number % 256))
        )),
      name: "host-\(number)", isUp: isAlike || !chance.one(in: 12),
      isEnabled: isAlike || !chance.one(in: 12),
      availabilityZone: isAlike || chance.one(in: 2) ? "nova" : "blue",
      physicalNetworks: chance.one(in: 8) ? [] : ["physnet1"],
      inventories: [
        Inventory(
          .vcpu, total: size, allocationRatio: [1, 1.5, 4, 0.3][isAlike ? 0 : chance.below(4)]),
        Inventory(
          .memoryMB, total: size * 1024, reserved: isAlike ? 512 : Int64(chance.below(900)),
          maxUnit: isAlike || chance.one(in: 2) ? 1 << 20 : 1024),
        Inventory(.diskGB, total: size * 10, stepSize: isAlike || chance.one(in: 2) ? 1 : 2),
      ])
    guard !isAlike else { return host }
    if chance.one(in: 10) { host.inventories.remove(at: chance.below(3)) }
    if chance.one(in: 3) { host.traits = Self.trait }
    if chance.one(in: 3) {
      host.aggregates = [
        HostAggregate(
          id: Self.racks[chance.below(3)],
          metadata: chance.one(in: 2) ? ["ram_weight_multiplier": "\(chance.below(5) - 2)"] : [:])
      ]
    }
    if chance.one(in: 15) { host.hypervisorFailure = "no socket" }
    host.hypervisorVersion = 8_000_000 + chance.below(2)
    host.failedBuilds = chance.one(in: 10) ? 1 : 0
    return host
  }

  private mutating func randomRequest() -> PlacementRequest {
    var shape = RequestShape(
      resources: [
        ResourceAmount(.vcpu, Int64(1 + chance.below(3))),
        ResourceAmount(.memoryMB, Int64(128 * (1 + chance.below(12)))),
      ])
    if chance.one(in: 2) {
      shape.resources.append(ResourceAmount(.diskGB, Int64(2 * (1 + chance.below(3)))))
    }
    if chance.one(in: 3) { shape.physicalNetworks = ["physnet1"] }
    if chance.one(in: 5) { shape.availabilityZone = "blue" }
    if chance.one(in: 8) { shape.requiredTraits = Self.trait }
    if chance.one(in: 8) { shape.forbiddenTraits = Self.trait }
    if chance.one(in: 10) { shape.memberOf = [[Self.racks[0], Self.racks[1]]] }
    if chance.one(in: 10) { shape.forbiddenAggregates = [Self.racks[2]] }
    var request = PlacementRequest(shape)
    if chance.one(in: 3) {
      let number = UInt8(chance.below(4))
      request.group = ServerGroup(
        id: ServerGroupID(
          UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, number))),
        policy: ServerGroup.Policy.allCases[Int(number)], maximumPerHost: 2)
    }
    if chance.one(in: 12) { request.hostName = "host-\(chance.below(8))" }
    let some = naive.hosts.filter { _ in chance.one(in: 3) }.map(\.id)
    if chance.one(in: 12) { request.onlyHosts = some }
    if chance.one(in: 12) { request.excludedHosts = some }
    return request
  }
}

extension SeededRandomness {
  fileprivate func below(_ bound: Int) -> Int { Int(number(below: UInt64(bound))) }
  fileprivate func one(in bound: Int) -> Bool { below(bound) == 0 }
}
