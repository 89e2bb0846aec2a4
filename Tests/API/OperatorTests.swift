// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

/// What operators see of nodes and of decisions.
@Suite(.timeLimit(.minutes(10)))
struct OperatorTests {
  private let api: TestAPI
  private let cloud: TestCloud

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  @Test(arguments: [
    ("GET", "/nodes"), ("GET", "/nodes/00000000-0000-0000-0000-000000000001"),
    ("PUT", "/nodes/00000000-0000-0000-0000-000000000001"), ("GET", "/orphans"),
    (
      "DELETE",
      "/nodes/00000000-0000-0000-0000-000000000001/orphans/00000000-0000-0000-0000-000000000002"
    ),
    ("GET", "/audit"), ("GET", "/servers"), ("POST", "/enrolments"), ("GET", "/enrolments"),
    ("DELETE", "/enrolments/00000000-0000-0000-0000-000000000001"),
    ("PUT", "/nodes/00000000-0000-0000-0000-000000000001/revocation"),
    ("GET", "/servers/00000000-0000-0000-0000-000000000001/placement"),
  ])
  func onlyAdministratorsMayAsk(method: String, path: String) async {
    let target = "/operator/v1\(path)"
    #expect(await api.send(method, target, as: nil).status == 401)
    let refused = await api.send(method, target, as: TestCallers.member)
    #expect(refused.status == 403)
    #expect(refused.json["errors"]?[0]?["title"] == "Forbidden")
  }

  @Test func theVersionIsOpen() async {
    #expect(await api.send("GET", "/operator", as: nil).json["versions"]?[0]?["id"] == "v1")
    #expect(await api.send("GET", "/operator/v1", as: nil).json["version"]?["id"] == "v1")
  }

  @Test func aNodeIsShownWithLeaseInventoryAndClaims() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft("s1"), for: TestCallers.member)
    try await node.settleNext()

    let listed = await api.send("GET", "/operator/v1/nodes").json["nodes"]
    #expect(listed?.elements?.count == 1)
    #expect(listed?[0]?["id"]?.text == node.id.description)
    #expect(listed?[0]?["state"] == "up")
    #expect(listed?[0]?["server_count"] == 1)
    let shown = await api.send("GET", "/operator/v1/nodes/\(node.id)").json["node"]
    #expect(shown?["name"] == "node-1")
    #expect(shown?["address"] == "192.0.2.1")
    #expect(shown?["enabled"] == true)
    #expect(shown?["lease_seconds_left"] == 15)
    #expect(shown?["inventory"]?["cpus"] == 4)
    #expect(shown?["inventory"]?["physical_networks"] == ["physnet1"])
    let vcpu = shown?["resources"]?.elements?.first { $0["resource_class"] == "VCPU" }
    #expect(vcpu?["used"] == 1)
    #expect(vcpu?["allocation_ratio"] == 4.0)
    #expect(vcpu?["capacity"] == 16.0)
    let server = try #require(made.servers.first)
    #expect(shown?["servers"]?[0]?["id"]?.text == server.id.description)
    #expect(shown?["servers"]?[0]?["status"] == "ACTIVE")
  }

  @Test func anUnknownNodeIs404() async {
    #expect(await api.send("GET", "/operator/v1/nodes/node-1").status == 404)
    let absent = "/operator/v1/nodes/00000000-0000-0000-0000-000000000001"
    #expect(await api.send("GET", absent).status == 404)
    #expect(await api.send("PUT", absent, ["node": ["enabled": true]]).status == 404)
  }

  @Test func aDisabledNodeGetsNoNewServers() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let path = "/operator/v1/nodes/\(node.id)"
    let disabled = await api.send(
      "PUT", path, ["node": ["enabled": false, "disabled_reason": "fan"]])
    #expect(disabled.status == 200)
    #expect(disabled.json["node"]?["disabled_reason"] == "fan")
    let made = try await cloud.cloud.createServers(things.draft(), for: TestCallers.admin)
    let id = try #require(made.servers.first).id

    let why = await api.send("GET", "/operator/v1/servers/\(id)/placement").json["placement"]
    #expect(why?["server"]?["status"] == "ERROR")
    #expect(why?["server"]?["node_name"] == .null)
    #expect(why?["explanation"]?.text?.contains("1 removed") == true)
    #expect(why?["fault"]?.text?.isEmpty == false)

    let enabled = await api.send("PUT", path, ["node": ["enabled": true]])
    #expect(enabled.json["node"]?["disabled_reason"] == .null)
    let bodies: [JSONValue] = [
      [:], ["enabled": "no"], ["enabled": true, "disabled_reason": "fan"],
      ["enabled": true, "name": "x"],
    ]
    for body in bodies {
      #expect(await api.send("PUT", path, ["node": body]).status == 400)
    }
  }

  @Test func aLostHypervisorIsShown() async throws {
    let node = try await cloud.addNode()
    let path = "/operator/v1/nodes/\(node.id)"
    #expect(await api.send("GET", path).json["node"]?["hypervisor_unavailable"] == .null)
    try await node.heartbeat(hypervisorUnavailable: "no socket")
    #expect(await api.send("GET", path).json["node"]?["hypervisor_unavailable"] == "no socket")
    let listed = await api.send("GET", "/operator/v1/nodes").json["nodes"]
    #expect(listed?[0]?["state"] == "up")
    #expect(listed?[0]?["enabled"] == true)
    #expect(listed?[0]?["hypervisor_unavailable"] == "no socket")
  }

  @Test func aPlacedServerIsExplainedByItsNode() async throws {
    let node = try await cloud.addNode()
    let things = try await cloud.addThings()
    let made = try await cloud.cloud.createServers(things.draft("s1"), for: TestCallers.member)
    let id = try #require(made.servers.first).id
    let found = await api.send("GET", "/operator/v1/servers?name=s1").json["servers"]
    #expect(found?.elements?.count == 1)
    #expect(found?[0]?["id"]?.text == id.description)
    #expect(await api.send("GET", "/operator/v1/servers?name=s2").json["servers"] == [])
    let why = await api.send("GET", "/operator/v1/servers/\(id)/placement").json["placement"]
    #expect(why?["server"]?["node_name"] == "node-1")
    #expect(why?["server"]?["node_id"]?.text == node.id.description)
    #expect(why?["explanation"]?.text?.contains("node-1") == true)
    #expect(why?["fault"] == .null)
  }
}
