// SPDX-License-Identifier: Apache-2.0

import Base
import Invariants
import Testing

@testable import Bottle

@Suite struct JournalChecksTests {
  private let told = DesiredStateRecord(
    instance: .random(from: SeededRandomness(seed: 1)),
    node: .random(from: SeededRandomness(seed: 2)),
    generation: Generation(epoch: 1, number: 7), isAbsent: false, isSettled: true)

  private func records(_ change: (inout DesiredStateRecord) -> Void = { _ in }) -> FleetRecords {
    var record = told
    change(&record)
    return FleetRecords(desired: [record])
  }

  @Test func whatWasNotSettledBeforeIsLookedAt() {
    for before in [FleetRecords(), records { $0.isSettled = false }] {
      #expect(JournalChecks.settled(records(), since: before) == [told])
    }
    let older = records { $0.generation = Generation(epoch: 1, number: 6) }
    #expect(JournalChecks.settled(records(), since: older) == [told])
  }

  @Test func whatWasSettledOrIsNotOrIsGoneIsNot() {
    #expect(JournalChecks.settled(records(), since: records()).isEmpty)
    #expect(JournalChecks.settled(records { $0.isSettled = false }, since: FleetRecords()).isEmpty)
    #expect(JournalChecks.settled(records { $0.isAbsent = true }, since: FleetRecords()).isEmpty)
  }

  @Test func aJournalThatIsBehindBreaksAPromise() {
    func violation(_ held: Generation?) -> Violation? {
      JournalChecks.violation(told, on: "node-1", holding: held)
    }
    #expect(violation(told.generation) == nil)
    #expect(violation(Generation(epoch: 2, number: 1)) == nil)
    #expect(violation(Generation(epoch: 1, number: 6))?.promise == .journaled)
    #expect(violation(nil)?.text.contains("has none in its journal") == true)
  }
}
