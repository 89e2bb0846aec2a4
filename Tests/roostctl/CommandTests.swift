// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Fleet
import JSON
import NodeProtocol
import TestSupport
import Testing

@testable import roostctl

/// Commands against the real API, without a socket between them.
@Suite(.timeLimit(.minutes(10)))
struct CommandTests {
  private let cloud: TestCloud
  private let access: CloudAccess

  init() async throws {
    cloud = try TestCloud()
    _ = try await cloud.identity.bootstrap(adminPassword: Secret("right"))
    access = CloudAccess(
      authURL: "\(TestAPI.root)/identity/v3", user: .init(name: "admin"),
      project: .init(name: "admin"), password: Secret("right"), interface: "public", caFile: nil)
  }

  /// Sends what the client asks straight to the API's handler.
  private var exchange: Exchange {
    let api = TestAPI(cloud)
    return { request in
      let answer = await api.send(
        request.method, String(request.url.dropFirst(TestAPI.root.count)), as: nil,
        headers: request.headers, pieces: request.body.map { [$0] } ?? [])
      return OperatorClient.Answer(
        status: answer.status, token: answer.header("X-Subject-Token"), bytes: answer.bytes)
    }
  }

  private func run(_ words: String...) async throws(RoostError) -> Report {
    let (command, rest) = try CommandTable.find(words)
    guard let online = command as? any OnlineCommand else {
      throw RoostError(.internal, "\(command.name) asks nobody.")
    }
    let options = try Options(parsing: rest, for: command)
    return try await online.run(options, asking: try await .signIn(access, exchange))
  }

  @Test func nodesAreListedAndShown() async throws {
    #expect(try await run("node", "list").lines.first?.hasPrefix("No node has registered") == true)
    let node = try await cloud.addNode("alpha")
    let things = try await cloud.addThings()
    _ = try await cloud.cloud.createServers(things.draft("web"), for: TestCallers.member)
    try await node.settleNext()

    let listed = try await run("node", "list")
    #expect(listed.lines.count == 2)
    for word in [node.id.description, "alpha", "up", "1/16", "512/8192", "enabled"] {
      #expect(listed.lines[1].contains(word), "\(word)")
    }
    for name in ["alpha", node.id.description, node.id.hex] {
      let shown = try await run("node", "show", name).lines.joined(separator: "\n")
      for word in [
        "192.0.2.1", "15 s left", "QEMU 7.2.0", "qemu", "physnet1", "MEMORY_MB", "web", "ACTIVE",
      ] {
        #expect(shown.contains(word), "\(word)")
      }
    }
    let error = await #expect(throws: RoostError.self) { try await run("node", "show", "beta") }
    #expect(error?.user.contains("`roostctl node list`") == true)
  }

  @Test func oneOfTwoNodesOfANameIsChosenByID() async throws {
    let (first, second) = (try await cloud.addNode("twin"), try await cloud.addNode("twin"))
    let error = await #expect(throws: RoostError.self) { try await run("node", "show", "twin") }
    #expect(error?.user.contains(first.id.description) == true)
    #expect(error?.user.contains(second.id.description) == true)
  }

  @Test func aNodeIsDisabledAndEnabled() async throws {
    _ = try await cloud.addNode("alpha")
    let off = try await run("node", "disable", "alpha", "--reason", "fan is loud")
    #expect(off.lines == ["alpha: disabled: fan is loud"])
    #expect(off.json["node"]?["enabled"] == false)
    #expect(try await run("node", "disable", "alpha").lines == ["alpha: disabled"])
    #expect(try await run("node", "enable", "alpha").lines == ["alpha: enabled"])
  }

  @Test func aNodeWhoseHypervisorIsLostShowsIt() async throws {
    let node = try await cloud.addNode("alpha")
    try await node.heartbeat(hypervisorUnavailable: "no socket")
    let said = "its hypervisor does not answer: no socket"
    #expect(try await run("node", "list").lines[1].hasSuffix("enabled; \(said)"))
    #expect(try await run("node", "show", "alpha").lines.contains { $0.hasSuffix(said) })
    let off = try await run("node", "disable", "alpha", "--reason", "fan")
    #expect(off.lines == ["alpha: disabled: fan; \(said)"])
  }

  @Test func aServerIsExplainedByNameOrID() async throws {
    _ = try await cloud.addNode("alpha")
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft("web"), for: TestCallers.member)
    let id = try #require(made.servers.first).id
    for name in ["web", id.description] {
      let text = try await run("server", "explain", name).lines.joined(separator: "\n")
      #expect(text.contains("1 host"))
      #expect(text.contains("alpha"))
    }
    await #expect(throws: RoostError.self) { try await run("server", "explain", "mail") }
    _ = try await cloud.cloud.createServers(things.draft("web"), for: TestCallers.stranger)
    let error = await #expect(throws: RoostError.self) {
      try await run("server", "explain", "web")
    }
    #expect(error?.user.contains("2 servers are called \"web\"") == true)
  }

  @Test func anAuditTellsCleanFromFindingsFromSilence() async throws {
    #expect(try await run("audit").outcome == .done)
    let node = try await cloud.addNode("alpha")
    let clean = try await run("audit", "--json")
    #expect(clean.outcome == .done)
    #expect(clean.lines == ["0 findings; 1 node asked, 0 not."])
    #expect(clean.json["audit"]?["findings"] == [])

    let things = try await cloud.addThings()
    _ = try await cloud.cloud.createServers(things.draft(), for: TestCallers.member)
    try await node.settleNext()
    let found = try await run("audit")
    #expect(found.outcome == .findings)
    let missing = found.lines.first { $0.hasPrefix("domainMissing: Instance") }
    #expect(missing?.contains("Restart roost-agent") == true)
    #expect(found.lines.allSatisfy { !$0.contains("\n") })
    #expect(found.lines.last?.hasSuffix("1 node asked, 0 not.") == true)
  }

  @Test func aNodeThatDoesNotAnswerLeavesTheAuditIncomplete() async throws {
    _ = try await cloud.addNode("alpha")
    let node = try await cloud.addNode("beta")
    await node.disconnect()
    _ = await node.closed()
    while await cloud.fleet.connected.count > 1 { await Task.yield() }
    let report = try await run("audit")
    #expect(report.outcome == .incomplete)
    #expect(report.lines.first?.hasPrefix("not asked: node beta") == true)
    #expect(report.lines.last == "0 findings; 1 node asked, 1 not.")
  }

  @Test func orphansAreListed() async throws {
    #expect(try await run("orphan", "list").lines == ["There are no orphans."])
    let node = cloud.makeNode("alpha")
    try await node.connect()
    try await node.register(holding: [(numbered(9), Generation(epoch: 1, number: 1))])
    let report = try await run("orphan", "list")
    #expect(report.lines.count == 2)
    #expect(report.lines[1].contains("00000000-0000-0000-0000-000000000009"))
    #expect(try await run("audit").lines.contains { $0.hasPrefix("orphan: node") })
  }

  @Test func anOrphanIsRemovedWhereItIs() async throws {
    let held = [(numbered(9) as InstanceID, Generation(epoch: 1, number: 1))]
    let (first, second) = (cloud.makeNode("first"), cloud.makeNode("second"))
    for node in [first, second] {
      try await node.connect()
      try await node.register(holding: held)
    }
    let id = held[0].0.description
    // Which of two is meant must be said.
    let unclear = await #expect(throws: RoostError.self) { try await run("orphan", "remove", id) }
    #expect(unclear?.kind == .conflict)
    _ = try await run("orphan", "remove", id, "--node", "second")
    let told = await second.told.next()
    #expect(told.instanceID == held[0].0 && told.target == .absent)
    #expect(
      try await run("orphan", "list").lines.filter { $0.contains("being removed") }.count == 1)
    try await second.report(.gone(told))
    #expect(try await run("orphan", "list").lines.count == 2)
    #expect(first.told.drain().isEmpty)
    let absent = await #expect(throws: RoostError.self) {
      try await run("orphan", "remove", id, "--node", "second")
    }
    #expect(absent?.kind == .notFound)
  }

  @Test func aWrongPasswordIsSaidToBe() async throws {
    var access = access
    access.password = Secret("wrong")
    let error = await #expect(throws: RoostError.self) {
      try await OperatorClient.signIn(access, exchange)
    }
    #expect(error?.kind == .unauthorized)
    #expect(error?.user.contains("Check username, password and project") == true)
  }

  @Test func aCloudThatIsNoRoostIsSaidToBe() async throws {
    let token: JSONValue = ["token": ["catalog": [["type": "compute", "endpoints": []]]]]
    let error = await #expect(throws: RoostError.self) {
      try await OperatorClient.signIn(access) { _ in
        OperatorClient.Answer(status: 201, token: "t", bytes: token.encoded)
      }
    }
    #expect(error?.kind == .notFound)
    #expect(error?.user.contains("it is no Roost") == true)
  }

  /// Whatever goes wrong with an audit must not look like a finding.
  @Test func theCodesOfAnAuditDiffer() {
    #expect(AuditCommand().failureCode == 2)
    #expect(Outcome.done.rawValue == 0)
    #expect(Outcome.findings.rawValue == 1)
    #expect(Outcome.incomplete.rawValue == 2)
  }

  @Test func aNodeIsEnrolledAndRevoked() async throws {
    let made = try await run(
      "node", "enrol", "--host", "host-1", "--valid-for", "2h", "--controller", "c1:8771")
    let line = try #require(made.lines.first)
    #expect(made.lines.count == 1 && line.hasPrefix("roost-agent enrol roost-enrol-1."))
    let token = try EnrolmentToken(String(line.dropFirst("roost-agent enrol ".count)))
    #expect(token.address == "c1:8771")
    let listed = try await run("enrolment", "list")
    #expect(listed.lines.count == 2 && listed.lines[1].contains("open"))
    #expect(listed.lines[1].contains("host-1") && listed.lines[1].contains("admin"))
    let id = String(listed.lines[1].prefix { $0 != " " })
    #expect(try await run("enrolment", "delete", id).lines == ["\(id): deleted; it was open"])
    #expect(try await run("enrolment", "list").lines == ["There are no enrolments."])

    let node = try await cloud.addNode("alpha")
    _ = try await run("node", "revoke", "alpha", "--reason", "stolen")
    let shown = try await run("node", "show", "alpha").lines.joined(separator: "\n")
    #expect(shown.contains("by admin: stolen"))
    #expect(try await run("node", "list").lines[1].contains("its certificates are revoked"))
    let again = try await run("node", "enrol", "--node", "alpha")
    #expect(again.json["enrolment"]?["node_id"]?.text == node.id.description)
    let unknown = await #expect(throws: RoostError.self) {
      try await run("node", "revoke", "nobody")
    }
    #expect(unknown?.kind == .notFound)
    let span = await #expect(throws: RoostError.self) {
      try await run("node", "enrol", "--valid-for", "soon")
    }
    #expect(span?.field == "--valid-for")
  }
}

struct TableTests {
  @Test func columnsAreAsWideAsTheirWidestCell() {
    let lines = Table.lines(["A", "LONG", "C"], [["aaa", "b", ""], ["a", "b", "c"]])
    #expect(lines == ["A    LONG  C", "aaa  b", "a    b     c"])
    #expect(Table.lines([("a", "1"), ("long", ""), ("b", "2")]) == ["a     1", "long", "b     2"])
  }

  @Test func namesCannotSteerTheTerminal() {
    #expect("a\u{1B}[2Jb\u{9B}\nc \u{FC}".printable == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c \u{FC}")
  }
}
