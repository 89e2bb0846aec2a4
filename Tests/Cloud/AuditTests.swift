// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Invariants
import NodeProtocol
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct AuditTests {
  /// What a node has once it made what it was told.
  private func survey(of told: Desired) -> SurveyReply {
    var reply = SurveyReply()
    var domain = SurveyReply.Domain()
    domain.instanceID = told.instanceID
    domain.name = "roost-1"
    domain.powerState = 1
    reply.domains = [domain]
    for port in told.spec?.ports ?? [] {
      var tap = SurveyReply.Tap()
      tap.name = "tap" + port.id.description.prefix(11)
      tap.portID = port.id
      reply.taps.append(tap)
    }
    var disk = SurveyReply.Disk()
    disk.instanceID = told.instanceID
    disk.path = "/var/lib/roost/agent/instances/\(told.instanceID)/disk"
    reply.disks = [disk]
    var held = Held()
    held.instanceID = told.instanceID
    held.generation = told.generation
    reply.journal = [held]
    return reply
  }

  @Test func aFleetThatIsAsRecordedHasNoFindings() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    _ = try await cloud.create(try await cloud.addThings().draft())
    node.setSurvey(survey(of: try await node.settleNext()))
    let report = try await cloud.cloud.audit(for: TestCallers.admin)
    #expect(report.findings == [])
    #expect(report.surveyed.map(\.id) == [node.id])
    #expect(report.unreachable.isEmpty)
    let refused = await failure { try await cloud.cloud.audit(for: TestCallers.member) }
    #expect(refused?.kind == .forbidden)
  }

  @Test func whatIsMissingAndWhatIsTooMuchIsFound() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    _ = try await cloud.create(try await cloud.addThings().draft())
    let told = try await node.settleNext()
    var reply = survey(of: told)
    reply.domains[0].instanceID = numbered(77)
    reply.taps = []
    node.setSurvey(reply)
    let kinds = try await cloud.cloud.audit(for: TestCallers.admin).findings.map(\.kind)
    #expect(kinds == [.domainWithoutRecord, .domainMissing, .tapMissing])
  }

  @Test func aDamagedRecordIsFound() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    _ = try await cloud.create(try await cloud.addThings().draft())
    node.setSurvey(survey(of: try await node.settleNext()))
    _ = try await cloud.store.write { tx throws(RoostError) in
      try tx.run("DELETE FROM allocations WHERE resource = 'VCPU'")
    }
    let report = try await cloud.cloud.audit(for: TestCallers.admin)
    #expect(report.findings.map(\.kind) == [.allocationMissing])
  }

  @Test func aNodeThatDoesNotAnswerIsNamed() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    _ = try await cloud.create(try await cloud.addThings().draft())
    try await node.settleNext()
    await cloud.disconnect(node)
    let report = try await cloud.cloud.audit(for: TestCallers.admin)
    #expect(report.findings == [])
    #expect(report.unreachable.map(\.node.id) == [node.id])
  }

  @Test func whatChangesWhileNodesAreAskedIsNoFinding() async throws {
    let cloud = try TestCloud()
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let old = try await cloud.create(things.draft("old"))
    let told = try await node.settleNext()
    // The node lists what it has; before the list arrives one server goes and another is made.
    node.setSurvey(survey(of: told)) {
      _ = await failure {
        try await cloud.cloud.deleteServer(old, for: TestCallers.member)
        try await node.vanishNext()
        _ = try await cloud.create(things.draft("new"))
        node.setSurvey(survey(of: try await node.settleNext()))
      }
    }
    let report = try await cloud.cloud.audit(for: TestCallers.admin)
    #expect(try await cloud.record(old)?.isDeleted == true)
    #expect(report.findings == [])
  }
}
