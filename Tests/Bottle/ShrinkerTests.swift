// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Testing

@testable import Bottle

@Suite struct ShrinkerTests {
  private let large = Scenario(
    seed: 7, nodes: 24, length: .seconds(4 * 3600), clients: 8,
    classes: FaultClasses(FaultClass.allCases), intensity: 2)

  /// A pair of faults far apart in the plan.
  private func pair(_ scenario: Scenario) -> (Fault, Fault) {
    (scenario.plan.faults[31], scenario.plan.faults[170])
  }

  @Test func itFindsTheOnlyTwoOfTwoHundredFaults() async {
    let (first, second) = pair(large)
    #expect(large.plan.faults.count == 200)
    let outcome = await Shrinker.shrink(large, budget: 2000) {
      let times = $0.plan.faults.map(\.at)
      return times.contains(first.at) && times.contains(second.at)
    }
    #expect(outcome.isExhausted)
    #expect(outcome.scenario.plan.faults.map(\.at) == [first.at, second.at])
    #expect(outcome.scenario.clients == 0 && outcome.scenario.nodes <= 2)
    #expect(outcome.scenario.length == .seconds(Int64(second.at.inSeconds) + 1))
    #expect(outcome.runs < 300)
  }

  @Test func whatIsLeftStillFailsAndCannotBeLeftOut() async {
    // Any three kills, on a fleet of at least five, with at least two clients.
    func fails(_ scenario: Scenario) -> Bool {
      scenario.plan.faults.count { $0.event.faultClass == .kill } >= 3 && scenario.nodes >= 5
        && scenario.clients >= 2
    }
    let outcome = await Shrinker.shrink(large, budget: 5000) { fails($0) }
    #expect(outcome.isExhausted && fails(outcome.scenario))
    #expect(outcome.scenario.plan.faults.count == 3)
    #expect(outcome.scenario.nodes == 5 && outcome.scenario.clients == 2)
    for fault in outcome.scenario.plan.faults {
      #expect(fault.event.description.hasSuffix("down 0 s"))
      #expect(!fault.event.description.contains("seam call"))
    }
  }

  @Test func aFailureWithoutFaultsKeepsNone() async {
    let outcome = await Shrinker.shrink(large, budget: 100) { _ in true }
    #expect(outcome.scenario.plan.faults.isEmpty && outcome.isExhausted)
    #expect(
      outcome.scenario.nodes == 1 && outcome.scenario.clients == 0
        && outcome.scenario.length == .seconds(1))
  }

  @Test func fieldsAreMadeAsSmallAsTheFailureAllows() async {
    let kill = Fault(
      at: .seconds(3),
      .kill(.init(process: .node(17), afterCalls: 731, down: .microseconds(321_334_496))))
    let scenario = Scenario(
      seed: 1, nodes: 20, length: .seconds(3600), plan: FaultPlan([kill], end: .seconds(3600)))
    let outcome = await Shrinker.shrink(scenario, budget: 500) {
      guard case .kill(let kill) = $0.plan.faults.first?.event else { return false }
      return kill.afterCalls >= 11 && kill.down >= .seconds(40)
    }
    #expect(
      outcome.scenario.plan.description == """
        0:00:03.000000 kill node-0 in seam call 20, down 40 s
        0:00:04.000000 all faults are over
        """)
    #expect(outcome.scenario.nodes == 1)
  }

  @Test func nodesInTheMiddleAreMovedToTheFront() async {
    let faults = [4, 9].map { Fault(at: .seconds(Int64($0)), .reset(.init(node: $0))) }
    let scenario = Scenario(
      seed: 1, nodes: 10, length: .seconds(60), plan: FaultPlan(faults, end: .seconds(60)))
    let outcome = await Shrinker.shrink(scenario, budget: 200) { $0.plan.faults.count == 2 }
    #expect(outcome.scenario.nodes == 1 || outcome.scenario.nodes == 2)
    #expect(outcome.scenario.plan.nodes.numbers.max() == outcome.scenario.nodes - 1)
  }

  @Test func whatComesAfterTheFailureIsCutOffFirst() async {
    var lengths: [Duration] = []
    let failedAt = large.plan.faults[40].at + .microseconds(1)
    let last = large.plan.faults[40].at
    _ = await Shrinker.shrink(large, failedAt: failedAt, budget: 50) {
      lengths.append($0.length)
      return $0.plan.faults.contains { $0.at == last }
    }
    #expect(lengths.allSatisfy { $0 <= failedAt + .seconds(1) })
  }

  @Test func theBudgetIsKeptAndTheBestSoFarReturned() async {
    let (first, second) = pair(large)
    var runs = 0
    let outcome = await Shrinker.shrink(large, budget: 10) {
      runs += 1
      let times = $0.plan.faults.map(\.at)
      return times.contains(first.at) && times.contains(second.at)
    }
    #expect(runs == 10 && outcome.runs == 10 && !outcome.isExhausted)
    #expect(outcome.scenario.plan.faults.contains(first))
    #expect(outcome.scenario.plan.faults.contains(second))
    #expect(outcome.scenario.plan.faults.count < 200)
  }

  @Test func noScenarioIsRunTwiceAndTheSameComesOut() async {
    let (first, second) = pair(large)
    var seen: [[Scenario]] = [[], []]
    var outcomes: [Scenario] = []
    for round in 0..<2 {
      let outcome = await Shrinker.shrink(large, budget: 1000) {
        seen[round].append($0)
        return $0.plan.faults.contains(first) && $0.plan.faults.contains(second)
      }
      outcomes.append(outcome.scenario)
    }
    #expect(seen[0] == seen[1] && outcomes[0] == outcomes[1])
    #expect(Set(seen[0]).count == seen[0].count)
  }

  @Test func simplerFaultsAreStillReadable() throws {
    for fault in large.plan.faults {
      for event in fault.event.simplifications {
        let simpler = Fault(at: fault.at, event)
        // A clock that drifts less may be within the bound: another class, and as good a fault.
        #expect(try Fault(.init(simpler.json), nodeCount: 24) == simpler)
        #expect(simpler != fault)
      }
    }
  }
}
