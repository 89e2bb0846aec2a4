// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import TestSupport
import Testing

/// Enrolments and revocations as operators ask for them.
@Suite(.timeLimit(.minutes(10)))
struct OperatorEnrolmentTests {
  private let api: TestAPI
  private let cloud: TestCloud
  private static let path = "/operator/v1/enrolments"

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  @Test func aTokenIsShownOnce() async throws {
    let made = await api.send("POST", Self.path, ["enrolment": ["host_name": "host-1"]])
    #expect(made.status == 201)
    let enrolment = made.json["enrolment"]
    #expect(enrolment?["token"]?.text?.hasPrefix("roost-enrol-1.") == true)
    #expect(enrolment?["state"] == "open" && enrolment?["created_by"] == "admin")
    #expect(enrolment?["expires_at"]?.text == (cloud.clock.now + .seconds(3600)).iso8601)
    let listed = await api.send("GET", Self.path).json["enrolments"]
    #expect(listed?.elements?.count == 1 && listed?[0]?["host_name"] == "host-1")
    #expect(listed?[0]?["token"] == nil)
    let id = enrolment?["id"]?.text ?? ""
    #expect(await api.send("DELETE", "\(Self.path)/\(id)").status == 200)
    #expect(await api.send("DELETE", "\(Self.path)/\(id)").status == 404)
    #expect(await api.send("GET", Self.path).json["enrolments"]?.elements?.isEmpty == true)
  }

  @Test(
    arguments: [
      (["valid_for_seconds": 59], "valid_for_seconds"),
      (["valid_for_seconds": 604_801], "valid_for_seconds"),
      (["node_id": "x"], "node_id"),
      (["node_id": "00000000-0000-0000-0000-000000000000"], "node_id"),
      (["controller_address": "host"], "controller_address"),
      (["controller_address": "host:0"], "controller_address"),
      (["controller_address": "a b:1"], "controller_address"),
      (["host_name": ""], "host_name"),
      (["token": "mine"], "token"),
    ] as [(JSONValue, String)])
  func aWrongRequestNamesTheField(_ body: JSONValue, _ field: String) async {
    let answer = await api.send("POST", Self.path, ["enrolment": body])
    #expect(answer.status == 400)
    #expect(answer.text.contains(field))
  }

  @Test func aNodeIsRevokedAndSaysSo() async throws {
    let node = try await cloud.addNode()
    let path = "/operator/v1/nodes/\(node.id)"
    let before = await api.send("GET", path).json["node"]
    #expect(before?["is_revoked"] == false && before?["revoked_at"] == .null)
    let answer = await api.send(
      "PUT", "\(path)/revocation", ["revocation": ["reason": "stolen"]])
    #expect(answer.status == 200)
    #expect(answer.json["revocation"]?["is_revoked"] == true)
    let after = await api.send("GET", path).json["node"]
    #expect(after?["is_revoked"] == true && after?["revoked_by"] == "admin")
    #expect(after?["revocation_reason"] == "stolen" && after?["state"] == "unknown")
    let unknown = "/operator/v1/nodes/00000000-0000-0000-0000-000000000009/revocation"
    #expect(await api.send("PUT", unknown, ["revocation": [:]]).status == 200)
    #expect(await api.send("PUT", unknown, ["revocation": ["why": "x"]]).status == 400)
  }
}
