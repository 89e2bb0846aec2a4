// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Bottle

/// Runs in which an operator puts backups of the controller back.
@Suite struct RestoreTests {
  private func outcome(
    seed: UInt64 = 5, hours: Double = 0.5, _ faults: [Fault]
  ) throws -> Run.Outcome {
    let length = Duration.seconds(3600 * hours)
    let plan = FaultPlan(faults, end: length)
    return try Run(
      Scenario(seed: seed, nodes: 3, length: length, leaseSeconds: 15, plan: plan)
    ).outcome()
  }

  private func texts(_ outcome: Run.Outcome, of actor: String) -> [String] {
    outcome.history.events.filter { $0.actor == actor }.map(\.text)
  }

  private func restores(_ outcome: Run.Outcome) -> [String] {
    texts(outcome, of: "operator").filter { $0.hasPrefix("restore ") }
      .map { String($0.drop { $0 != ":" }.dropFirst(2)) }
  }

  @Test func whatIsMadeAfterTheBackupIsAnOrphanUntilAnOperatorRemovesIt() throws {
    let fault = Fault.Restore(age: .seconds(600), down: .seconds(5))
    let outcome = try outcome([Fault(at: .seconds(1200), .restore(fault))])
    #expect(outcome.violations == [])
    #expect(restores(outcome) == ["done"])
    let told = texts(outcome, of: "controller")
    #expect(told.contains { $0.contains("holds an instance that no record knows") })
    #expect(told.contains("an orphan is being removed"))
  }

  @Test func nothingHappensWithoutABackupThatIsOldEnough() throws {
    let fault = Fault.Restore(age: .seconds(1000), down: .seconds(5))
    let outcome = try outcome([Fault(at: .seconds(900), .restore(fault))])
    #expect(outcome.violations == [])
    #expect(restores(outcome) == [])
    #expect(!texts(outcome, of: "controller").contains("is stopped by an operator"))
  }

  // A boot starts a controller that may find no database, and the operator runs the command again.
  @Test func aRestoreThatPowerCutsOffIsRunAgain() throws {
    var foundNothing = 0
    for moment in stride(from: 7, through: 46, by: 3) {
      let fault = Fault.Restore(age: .seconds(200), down: .seconds(5), cutAt: moment)
      let outcome = try outcome(hours: 0.2, [Fault(at: .seconds(600), .restore(fault))])
      #expect(outcome.violations == [], "cut at \(moment)")
      #expect(restores(outcome) == ["did not come to its end", "done"], "cut at \(moment)")
      if texts(outcome, of: "controller").contains(where: { $0.contains("no controller in") }) {
        foundNothing += 1
      }
    }
    #expect(foundNothing > 0)
  }

  @Test func severalRestoresOfOneRunComeToRest() throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      let faults = [400, 800, 810, 1500].map { at in
        Fault(at: .seconds(at), .restore(.init(age: .seconds(200), down: .seconds(20))))
      }
      let outcome = try outcome(seed: seed, faults)
      #expect(outcome.violations == [], "seed \(seed)")
      // One that comes while another goes on is none.
      #expect(restores(outcome) == ["done", "done", "done"], "seed \(seed)")
    }
  }
}
