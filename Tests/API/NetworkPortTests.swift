// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct NetworkPortTests {
  private let api: TestAPI
  private let cloud: TestCloud
  private let things: TestThings

  init() async throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
    things = try await cloud.addThings()
  }

  private func create(_ changes: [(String, JSONValue?)] = [], as caller: Caller = TestCallers.admin)
    async -> TestAnswer
  {
    var body = JSONObject()
    body["network_id"] = .string(things.network.id.description)
    body["admin_state_up"] = true
    for (key, value) in changes { body[key] = value }
    return await api.send("POST", "/network/v2.0/ports", as: caller, ["port": .object(body)])
  }

  @Test func aPortTakesTheFirstFreeAddress() async throws {
    let made = await create([("name", "port1")])
    #expect(made.status == 201)
    let port = made.json["port"]
    let subnet = JSONValue.string(things.subnet.id.description)
    #expect(port?["fixed_ips"] == [["subnet_id": subnet, "ip_address": "10.0.0.2"]])
    #expect(port?["mac_address"]?.text?.hasPrefix("fa:16:3e:") == true)
    #expect(port?["status"] == "DOWN")
    #expect(port?["binding:vif_type"] == "unbound")
    #expect(port?["security_groups"]?.elements?.count == 1)
    let path = "/network/v2.0/ports/\(port?["id"]?.text ?? "")"
    #expect(await api.send("GET", path).json == made.json)
    #expect(await api.send("GET", "/network/v2.0/ports/port1").status == 404)
    #expect(await api.send("DELETE", path).status == 204)
    #expect(await api.send("GET", path).status == 404)
    #expect(await create().json["port"]?["fixed_ips"]?[0]?["ip_address"] == "10.0.0.2")
  }

  @Test func theListHasTheColumnsThatClientsAskFor() async {
    _ = await create([("name", "a")])
    _ = await create([("name", "b")])
    let columns = ["id", "name", "mac_address", "fixed_ips", "status"]
    let query = columns.map { "fields=\($0)" }.joined(separator: "&")
    let listed = await api.send("GET", "/network/v2.0/ports?\(query)").json["ports"]
    #expect(listed?.elements?.map { $0["name"]?.text } == ["a", "b"])
    #expect(listed?[0]?.members.map { Set($0.keys) } == Set(columns))
  }

  @Test(arguments: [
    ("fixed_ips=ip_address%3D10.0.0.50", ["a"]), ("mac_address=02:00:00:00:00:01", ["a"]),
    ("device_id=x", ["b"]), ("device_owner=", ["a", "b"]), ("device_id=", ["a"]),
    ("fixed_ips=ip_address=10.0.0.99", []),
  ])
  func portsAreFoundByWhatTheyHave(query: String, names: [String]) async {
    _ = await create([
      ("name", "a"), ("fixed_ips", [["ip_address": "10.0.0.50"]]),
      ("mac_address", "02-00-00-00-00-01"),
    ])
    _ = await create([("name", "b"), ("device_id", "x")])
    let found = await api.send("GET", "/network/v2.0/ports?\(query)").json["ports"]?.elements
    #expect(found?.map { $0["name"]?.text } == names)
  }

  @Test func aPortIsChanged() async {
    let made = await create([("fixed_ips", [] as JSONValue)])
    #expect(made.json["port"]?["fixed_ips"] == [])
    let path = "/network/v2.0/ports/\(made.json["port"]?["id"]?.text ?? "")"
    let changed = await api.send(
      "PUT", path,
      [
        "port": [
          "name": "new", "admin_state_up": false, "fixed_ips": [["ip_address": "10.0.0.7"]],
          "device_owner": "mine",
        ]
      ])
    #expect(changed.status == 200)
    let port = changed.json["port"]
    #expect(port?["fixed_ips"]?[0]?["ip_address"] == "10.0.0.7")
    #expect(port?["admin_state_up"] == false)
    #expect(port?["device_owner"] == "mine")
  }

  @Test func aPortAServerHoldsIsBoundAndStays() async throws {
    let node = try await cloud.addNode()
    let made = try await cloud.cloud.createServers(things.draft(), for: TestCallers.admin)
    try await node.settleNext()
    let server = try #require(made.servers.first).id
    let listed = await api.send("GET", "/network/v2.0/ports?device_id=\(server)").json["ports"]
    let port = try #require(listed?[0])
    #expect(port["status"] == "ACTIVE")
    #expect(port["binding:host_id"] == "node-1")
    #expect(port["binding:vif_type"] == "bridge")
    let path = "/network/v2.0/ports/\(port["id"]?.text ?? "")"
    let refused = await api.send("DELETE", path)
    #expect(refused.status == 409)
    #expect(refused.json["NeutronError"]?["message"]?.text?.contains("\(server)") == true)
    #expect(await api.send("PUT", path, ["port": ["fixed_ips": []]]).status == 409)
    #expect(await api.send("PUT", path, ["port": ["name": "n"]]).status == 200)
  }

  @Test func bindingsAreTheAdministrators() async {
    let port = await create(as: TestCallers.member).json["port"]
    #expect(port?["binding:vnic_type"] == "normal")
    #expect(port?["binding:host_id"] == nil)
    let id = port?["id"]?.text ?? ""
    let path = "/network/v2.0/ports/\(id)"
    #expect(await api.send("GET", path, as: TestCallers.stranger).status == 404)
    #expect(await api.send("DELETE", path, as: TestCallers.reader).status == 403)
  }

  @Test func aPortAsksForItsProjectsGroupsOnly() async {
    let groups = await api.send("GET", "/network/v2.0/security-groups")
    let own = groups.json["security_groups"]?[0]?["id"]?.text ?? ""
    #expect(await create([("security_groups", [.string(own)])]).status == 201)
    let foreign = await create([("security_groups", [.string(own)])], as: TestCallers.member)
    #expect(foreign.status == 404)
    #expect(await create([("security_groups", [] as JSONValue)]).status == 400)
    #expect(await create([("security_groups", ["default"])]).status == 400)
  }

  @Test(
    arguments: [
      ("network_id", nil, 400, "port.network_id: is required."),
      ("network_id", "00000000-0000-0000-0000-0000000000ff", 404, "Network"),
      ("mac_address", "01:00:00:00:00:00", 400, "port.mac_address: expected a unicast MAC"),
      ("fixed_ips", [[:]], 400, "port.fixed_ips[0]: needs a subnet_id or an ip_address."),
      ("fixed_ips", [["ip_address": "10.0.0"]], 400, "expected an IP address"),
      ("fixed_ips", [["ip_address": "10.9.0.1"]], 400, "not a valid IP for any of the subnets"),
      ("fixed_ips", "10.0.0.5", 400, "port.fixed_ips: expected an array"),
      ("binding:vnic_type", "direct", 400, "only \"normal\" ports can be plugged here"),
      ("status", "ACTIVE", 400, "port.status: is not known here"),
    ] as [(String, JSONValue?, Int, String)])
  func aBadFieldIsNamed(key: String, value: JSONValue?, status: Int, message: String) async {
    let answer = await create([(key, value)])
    #expect(answer.status == status)
    let text = answer.json["NeutronError"]?["message"]?.text ?? ""
    #expect(text.contains(message), "\(text)")
  }

  @Test func aTakenAddressIsAConflict() async {
    let wanted: (String, JSONValue?) = ("fixed_ips", [["ip_address": "10.0.0.50"]])
    #expect(await create([wanted]).status == 201)
    #expect(await create([wanted]).status == 409)
    let mac: (String, JSONValue?) = ("mac_address", "02:00:00:00:00:01")
    #expect(await create([mac]).status == 201)
    #expect(await create([mac]).status == 409)
  }
}
