// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import NodeProtocol
import TestSupport
import Testing

/// Records against what nodes have.
@Suite(.timeLimit(.minutes(10)))
struct OperatorAuditTests {
  private let api: TestAPI
  private let cloud: TestCloud

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  private func audit() async -> JSONValue {
    await api.send("GET", "/operator/v1/audit").json["audit"] ?? .null
  }

  /// A survey with one guest, as a node with nothing amiss gives it.
  private func survey(of told: Desired, tap: String) -> SurveyReply {
    var reply = SurveyReply()
    reply.domains = [SurveyReply.Domain()]
    reply.domains[0].instanceID = told.instanceID
    reply.domains[0].name = "roost-1"
    reply.domains[0].powerState = 1
    reply.taps = [SurveyReply.Tap()]
    reply.taps[0].name = tap
    reply.disks = [SurveyReply.Disk()]
    reply.disks[0].instanceID = told.instanceID
    reply.disks[0].path = "/disk"
    reply.journal = [Held()]
    reply.journal[0].instanceID = told.instanceID
    reply.journal[0].generation = told.generation
    return reply
  }

  @Test func aFleetInOrderHasNoFindings() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    _ = try await cloud.cloud.createServers(things.draft(), for: TestCallers.admin)
    let told = try await node.settleNext()
    let port = try #require(try await cloud.cloud.ports(for: TestCallers.admin).first).port
    node.setSurvey(survey(of: told, tap: port.tapName))
    let audit = await audit()
    #expect(audit["findings"] == [])
    #expect(audit["unreachable"] == [])
    #expect(audit["surveyed"]?[0]?["name"] == "node-1")
    #expect(audit["orphans"] == [])
  }

  @Test func whatIsMissingAndWhatIsTooMuchIsFoundWithARemedy() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    _ = try await cloud.cloud.createServers(things.draft(), for: TestCallers.admin)
    let told = try await node.settleNext()
    var survey = survey(of: told, tap: "tap-of-nobody")
    survey.domains = []
    node.setSurvey(survey)
    let findings = await audit()["findings"]?.elements ?? []
    #expect(
      Set(findings.compactMap { $0["kind"]?.text }) == [
        "domainMissing", "tapMissing", "tapWithoutRecord",
      ])
    for finding in findings {
      #expect(finding["node_id"]?.text == node.id.description)
      #expect(finding["remedy"]?.text?.isEmpty == false)
      #expect(finding["text"]?.text?.isEmpty == false)
    }
  }

  /// A guest that goes between the survey and the records must not look like one that nobody knows.
  @Test func whatIsUnderWayIsNoFinding() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft(), for: TestCallers.admin)
    let id = try #require(made.servers.first).id
    let told = try await node.settleNext()
    let port = try #require(try await cloud.cloud.ports(for: TestCallers.admin).first).port
    node.setSurvey(survey(of: told, tap: port.tapName)) { [cloud] in
      try? await cloud.cloud.deleteServer(id, for: TestCallers.admin)
      _ = try? await node.vanishNext()
      node.setSurvey(SurveyReply())
    }
    let report = await audit()
    #expect(report["findings"] == [])
    #expect(report["surveyed"]?.elements?.count == 1)
    // So the survey was under way when the server went.
    #expect(await api.send("GET", "/operator/v1/servers").json["servers"] == [])
  }

  @Test func aNodeThatIsGoneIsNotJudged() async throws {
    let node = try await cloud.addNode()
    await node.disconnect()
    _ = await node.closed()
    var audit = await audit()
    while audit["unreachable"] == [] { audit = await self.audit() }
    #expect(audit["unreachable"]?[0]?["name"] == "node-1")
    #expect(audit["unreachable"]?[0]?["reason"]?.text?.isEmpty == false)
    #expect(audit["surveyed"] == [])
    #expect(audit["findings"] == [])
  }

  @Test func anOrphanIsListed() async throws {
    let node = cloud.makeNode()
    try await node.connect()
    try await node.register(holding: [(numbered(9), Generation(epoch: 1, number: 1))])
    let orphans = await api.send("GET", "/operator/v1/orphans").json["orphans"]
    #expect(orphans?[0]?["instance_id"] == "00000000-0000-0000-0000-000000000009")
    #expect(orphans?[0]?["node_id"]?.text == node.id.description)
    #expect(await audit()["orphans"] == orphans)
  }
}
