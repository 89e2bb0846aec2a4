// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle
import Testing

@Suite(.serialized) struct RunTests {
  private func scenario(
    seed: UInt64 = 3, _ classes: FaultClasses, intensity: Double = 8
  ) -> Scenario {
    Scenario(
      seed: seed, nodes: 3, length: .seconds(600), leaseSeconds: 15, clients: 3, classes: classes,
      intensity: intensity)
  }

  @Test func aCloudWithoutFaultsComesToRest() throws {
    let outcome = try Run(scenario(.none)).outcome()
    #expect(outcome.violations == [])
    #expect(outcome.history.events.contains { $0.kind == .answer && $0.text.hasPrefix("202") })
  }

  @Test(arguments: FaultClasses.all.ordered)
  func aCloudSurvivesEachClassOfFaultsAlone(_ one: FaultClass) throws {
    let outcome = try Run(scenario(FaultClasses([one]), intensity: 20)).outcome()
    #expect(outcome.violations == [])
  }

  /// After a commit only what it has changed is read: together that must always be the whole store.
  @Test(arguments: [3, 5, 8]) func whatIsReadOfChangesIsTheStore(_ seed: UInt64) throws {
    let outcome = try Run(scenario(seed: seed, .all, intensity: 20), rereading: true).outcome()
    #expect(outcome.violations == [])
    #expect(outcome.checks > 50)
  }

  @Test func theSameSeedGivesTheSameHistory() throws {
    let (one, two) = (try Run(scenario(.all)).outcome(), try Run(scenario(.all)).outcome())
    #expect(one.history.digest == two.history.digest)
    #expect(one.steps == two.steps)
    let other = try Run(scenario(seed: 4, .all)).outcome()
    #expect(other.history.digest != one.history.digest)
  }
}
