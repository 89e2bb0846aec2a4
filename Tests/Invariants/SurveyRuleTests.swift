// SPDX-License-Identifier: Apache-2.0

import Base
import Invariants
import Testing

/// Each difference between what is recorded and what a node has gives exactly its finding.
struct SurveyRuleTests {
  private func findings(_ change: (inout Fleet) -> Void) -> [Finding.Kind] {
    var fleet = Fleet()
    change(&fleet)
    return fleet.kinds
  }

  @Test func whatANodeHasTooMuchIsFound() {
    #expect(
      findings {
        $0.surveys[0].domains.append(.init(instance: numbered(99), name: "x", isRunning: true))
      } == [.domainWithoutRecord])
    #expect(
      findings { $0.surveys[0].taps.append(.init(name: "tap-9", port: nil)) } == [.tapWithoutRecord]
    )
    #expect(
      findings { $0.surveys[0].disks.append(.init(instance: numbered(99), path: "/x")) }
        == [.diskWithoutRecord])
    #expect(
      findings { $0.surveys[0].disks.append(.init(instance: nil, path: "/x")) }
        == [.diskWithoutRecord])
    #expect(
      findings {
        $0.surveys[0].journal.append(.init(instance: numbered(99), generation: .zero))
      } == [.journalWithoutRecord])
  }

  @Test func guestsThatAreNotRoostsAreNobodysBusiness() {
    #expect(
      findings { $0.surveys[0].domains.append(.init(instance: nil, name: "db", isRunning: true)) }
        == [])
  }

  @Test func whatANodeLacksIsFound() {
    #expect(findings { $0.surveys[0].domains = [] } == [.domainMissing])
    #expect(findings { $0.surveys[0].taps = [] } == [.tapMissing])
    #expect(findings { $0.surveys[0].disks = [] } == [.diskMissing])
    #expect(findings { $0.surveys[0].journal = [] } == [.journalMissing])
    #expect(
      findings { $0.surveys[0].journal[0].generation = Generation(epoch: 1, number: 99) }
        == [.journalMissing])
  }

  @Test func aStateThatIsNotSettledMayBeHalfThere() {
    #expect(
      findings {
        $0.records.desired[0].isSettled = false
        $0.surveys[0].domains = []
        $0.surveys[0].taps = []
        $0.surveys[0].journal = []
      } == [])
  }

  @Test func whatIsRevokedMayStillBeThere() {
    let gone: (inout Fleet) -> Void = {
      $0.records.instances[0].node = nil
      $0.records.allocations.removeAll { $0.instance == numbered(11) }
      $0.records.ports.remove(at: 0)
      $0.records.desired[0].isAbsent = true
    }
    #expect(findings(gone) == [])
    #expect(
      findings {
        gone(&$0)
        $0.surveys[0] = NodeSurvey(node: numbered(1))
      } == [])
    // A tap that nobody can explain is not excused by it.
    #expect(
      findings {
        gone(&$0)
        $0.surveys[0].taps.append(.init(name: "tap-9", port: nil))
      } == [.tapWithoutRecord])
  }

  @Test func aServerRunsOnceInTheWholeFleet() {
    let kinds = findings {
      $0.surveys[1].domains.append(.init(instance: numbered(11), name: "copy", isRunning: true))
    }
    #expect(kinds == [.domainWithoutRecord, .domainRunsTwice])
    #expect(
      findings {
        $0.surveys[0].domains.append(.init(instance: numbered(11), name: "copy", isRunning: true))
      } == [.domainRunsTwice])
    #expect(
      findings {
        $0.surveys[0].domains.append(.init(instance: numbered(11), name: "copy", isRunning: false))
      } == [])
  }

  @Test func aNodeWithoutASurveyIsNotJudged() {
    #expect(findings { $0.surveys.remove(at: 0) } == [])
    #expect(findings { $0.surveys = [] } == [])
  }

  @Test func theOrderOfSurveysMakesNoDifference() {
    var fleet = Fleet()
    fleet.surveys[0].domains = []
    fleet.surveys[1].disks = []
    let findings = fleet.findings
    fleet.surveys.reverse()
    #expect(fleet.findings == findings)
    #expect(fleet.kinds == [.domainMissing, .diskMissing])
  }
}
