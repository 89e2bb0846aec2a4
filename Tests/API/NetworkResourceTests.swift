// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

/// Networks themselves, and what Neutron's clients ask before anything else.
@Suite(.timeLimit(.minutes(10)))
struct NetworkResourceTests {
  private let api: TestAPI
  private let cloud: TestCloud

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  private func create(_ body: JSONValue) async -> TestAnswer {
    await api.send("POST", "/network/v2.0/networks", ["network": body])
  }

  @Test func versionsAreShownWithoutAToken() async {
    let answer = await api.send("GET", "/network", as: nil)
    #expect(answer.status == 200)
    let version = answer.json["versions"]?[0]
    #expect(version?["id"] == "v2.0")
    #expect(version?["links"]?[0]?["href"] == "http://cloud.test:8770/network/v2.0/")
    #expect(await api.send("GET", "/network/v2.0", as: nil).status == 401)
    #expect(await api.send("GET", "/network/v2.0").json["resources"]?.elements?.count == 4)
  }

  @Test func onlyServedExtensionsAreThere() async {
    let listed = await api.send("GET", "/network/v2.0/extensions").json["extensions"]?.elements
    let aliases = (listed ?? []).compactMap { $0["alias"]?.text }
    #expect(aliases.contains("provider"))
    #expect(!aliases.contains("router"))
    for alias in aliases {
      let one = await api.send("GET", "/network/v2.0/extensions/\(alias)")
      #expect(one.json["extension"]?["alias"]?.text == alias)
    }
    let absent = await api.send(
      "GET", "/network/v2.0/extensions/tag-ports-during-bulk-creation")
    #expect(absent.status == 404)
  }

  @Test func aFlatNetworkIsMadeShownChangedAndDeleted() async {
    let made = await create([
      "name": "net1", "admin_state_up": true, "provider:network_type": "flat",
      "provider:physical_network": "physnet1", "mtu": "1400", "shared": "true",
    ])
    #expect(made.status == 201)
    let network = made.json["network"]
    #expect(network?["mtu"] == 1400)
    #expect(network?["shared"] == true)
    #expect(network?["status"] == "ACTIVE")
    #expect(network?["router:external"] == false)
    #expect(network?["provider:segmentation_id"] == .null)
    #expect(network?["subnets"] == [])
    #expect(network?["project_id"] == network?["tenant_id"])
    let path = "/network/v2.0/networks/\(network?["id"]?.text ?? "")"
    #expect(await api.send("GET", path).json == made.json)

    let changed = await api.send("PUT", path, ["network": ["name": "net2", "shared": false]])
    #expect(changed.status == 200)
    #expect(changed.json["network"]?["name"] == "net2")
    #expect(changed.json["network"]?["shared"] == false)
    #expect(await api.send("DELETE", path).status == 204)
    #expect(await api.send("GET", path).status == 404)
  }

  @Test func aNameIsNoID() async {
    _ = await create(["name": "net1", "provider:physical_network": "physnet1"])
    let byName = await api.send("GET", "/network/v2.0/networks/net1")
    #expect(byName.status == 404)
    let fault = byName.json["NeutronError"]
    #expect(fault?["type"] == "HTTPNotFound")
    #expect(fault?["message"] == "Network net1 could not be found.")
    #expect(fault?["detail"] == "")
    let found = await api.send("GET", "/network/v2.0/networks?name=net1")
    #expect(found.json["networks"]?.elements?.count == 1)
  }

  @Test func providerAttributesAreTheAdministrators() async throws {
    let network = try await cloud.addNetwork()
    let path = "/network/v2.0/networks/\(network.id)"
    let seen = await api.send("GET", path, as: TestCallers.member).json["network"]
    #expect(seen?["name"] == "net-1")
    #expect(seen?["provider:physical_network"] == nil)
    let refused = await api.send(
      "POST", "/network/v2.0/networks", as: TestCallers.member,
      ["network": ["name": "n", "provider:physical_network": "physnet2"]])
    #expect(refused.status == 403)
    #expect(refused.json["NeutronError"]?["type"] == "PolicyNotAuthorized")
  }

  @Test(
    arguments: [
      (["name": 5], "network.name: expected a string, got 5."),
      (["colour": "red"], "network.colour: is not known here"),
      (["provider:network_type": "vlan"], "network.provider:network_type: expected one of flat"),
      (["provider:segmentation_id": "200"], "segmentation_id 200 is prohibited"),
      (["router:external": true], "there are no external networks here"),
      (["mtu": 67], "network.mtu: expected an integer from 68"),
      (["admin_state_up": "maybe"], "network.admin_state_up: expected true or false"),
      (["project_id": "x"], "network.project_id: expected a UUID"),
    ] as [(JSONValue, String)])
  func aBadFieldIsNamed(body: JSONValue, message: String) async {
    let answer = await create(body)
    #expect(answer.status == 400)
    #expect(answer.json["NeutronError"]?["type"] == "HTTPBadRequest")
    #expect(answer.json["NeutronError"]?["message"]?.text?.contains(message) == true)
  }

  @Test func aPhysicalNetworkInUseIsAConflict() async throws {
    _ = try await cloud.addNetwork()
    let answer = await create(["name": "n", "provider:physical_network": "physnet1"])
    #expect(answer.status == 409)
    #expect(answer.json["NeutronError"]?["type"] == "Conflict")
  }

  @Test func withoutABodyAWrapperOrAnObjectNothingIsMade() async {
    #expect(await api.send("POST", "/network/v2.0/networks", pieces: []).status == 400)
    #expect(await api.send("POST", "/network/v2.0/networks", ["name": "n"]).status == 400)
    #expect(await create("n").status == 400)
    #expect(await api.send("GET", "/network/v2.0/networks").json["networks"] == [])
  }

  @Test func theDefaultGroupSaysThatNothingIsFiltered() async {
    let path = "/network/v2.0/security-groups"
    let fields = "fields=id&fields=name&fields=tags&fields=shared"
    let listed = await api.send("GET", "\(path)?\(fields)", as: TestCallers.member)
    let groups = listed.json["security_groups"]?.elements ?? []
    #expect(groups.count == 1)
    #expect(groups.first?.members?.keys == ["id", "name", "shared"])
    #expect(await api.send("GET", "\(path)/default", as: TestCallers.member).status == 404)
    let id = groups.first?["id"]?.text ?? ""
    let group = await api.send("GET", "\(path)/\(id)", as: TestCallers.member)
    let rules = group.json["security_group"]?["security_group_rules"]?.elements ?? []
    #expect(rules.map { $0["direction"]?.text } == ["egress", "egress", "ingress", "ingress"])
    #expect(Set(rules.compactMap { $0["id"]?.text }).count == 4)
    #expect(rules.allSatisfy { $0["protocol"] == .null && $0["remote_ip_prefix"] == .null })
    #expect(await api.send("GET", "\(path)/\(id)", as: TestCallers.stranger).status == 404)
  }
}
