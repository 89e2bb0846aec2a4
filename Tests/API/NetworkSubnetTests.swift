// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct NetworkSubnetTests {
  private let api: TestAPI
  private let cloud: TestCloud
  private let network: String

  init() async throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
    network = try await cloud.addNetwork().id.description
  }

  private func create(_ changes: [(String, JSONValue?)] = []) async -> TestAnswer {
    var body = JSONObject()
    body["network_id"] = .string(network)
    body["ip_version"] = 4
    body["cidr"] = "10.1.0.0/24"
    for (key, value) in changes { body[key] = value }
    return await api.send("POST", "/network/v2.0/subnets", ["subnet": .object(body)])
  }

  @Test func aSubnetHasNeutronsDefaults() async {
    let made = await create([("name", "sub1"), ("ip_version", "4")])
    #expect(made.status == 201)
    let subnet = made.json["subnet"]
    #expect(subnet?["gateway_ip"] == "10.1.0.1")
    #expect(subnet?["allocation_pools"] == [["start": "10.1.0.2", "end": "10.1.0.254"]])
    #expect(subnet?["enable_dhcp"] == true)
    #expect(subnet?["ip_version"] == 4)
    #expect(subnet?["dns_nameservers"] == [])
    #expect(subnet?["host_routes"] == [])
    #expect(subnet?["subnetpool_id"] == .null)
    let shown = await api.send("GET", "/network/v2.0/networks/\(network)").json["network"]
    #expect(shown?["subnets"]?.elements == subnet?["id"].map { [$0] })
    let found = await api.send("GET", "/network/v2.0/subnets?name=sub1&ip_version=4")
    #expect(found.json["subnets"]?.elements == subnet.map { [$0] })
    #expect(await api.send("GET", "/network/v2.0/subnets/sub1").status == 404)
  }

  @Test func whatIsAskedForIsKept() async {
    let wanted: [(String, JSONValue?)] = [
      ("allocation_pools", [["start": "10.1.0.10", "end": "10.1.0.20"]]),
      ("gateway_ip", "10.1.0.254"), ("enable_dhcp", false),
      ("dns_nameservers", ["9.9.9.9", "2620:fe::fe"]),
      ("host_routes", [["destination": "10.9.0.0/16", "nexthop": "10.1.0.9"]]),
    ]
    let subnet = await create(wanted).json["subnet"]
    for (key, value) in wanted { #expect(subnet?[key] == value) }
  }

  @Test func aSubnetIsChangedAndDeleted() async {
    let made = await create()
    let path = "/network/v2.0/subnets/\(made.json["subnet"]?["id"]?.text ?? "")"
    let changed = await api.send(
      "PUT", path, ["subnet": ["gateway_ip": nil, "name": "new", "dns_nameservers": ["1.1.1.1"]]])
    #expect(changed.status == 200)
    #expect(changed.json["subnet"]?["gateway_ip"] == .null)
    #expect(changed.json["subnet"]?["dns_nameservers"] == ["1.1.1.1"])
    let kept = await api.send("PUT", path, ["subnet": ["description": "d"]])
    #expect(kept.json["subnet"]?["gateway_ip"] == .null)
    #expect(kept.json["subnet"]?["name"] == "new")
    #expect(await api.send("PUT", path, ["subnet": ["cidr": "10.2.0.0/24"]]).status == 400)
    #expect(await api.send("DELETE", path).status == 204)
    #expect(await api.send("DELETE", path).status == 404)
  }

  @Test func aSubnetWithAPortStays() async {
    let made = await create()
    let port = await api.send(
      "POST", "/network/v2.0/ports", ["port": ["network_id": .string(network)]])
    #expect(port.status == 201)
    let path = "/network/v2.0/subnets/\(made.json["subnet"]?["id"]?.text ?? "")"
    #expect(await api.send("DELETE", path).status == 409)
    #expect(await api.send("DELETE", "/network/v2.0/networks/\(network)").status == 409)
  }

  @Test(
    arguments: [
      ("cidr", nil, "subnet.cidr: is required."),
      ("cidr", "10.1.0.0", "subnet.cidr: expected an address block"),
      ("cidr", "fd00::/64", "ip_version 4 is not that of cidr fd00::/64"),
      ("ip_version", 5, "ip_version 5"),
      ("gateway_ip", "10.2.0.1", "gateway_ip: 10.2.0.1 is no host's address in 10.1.0.0/24"),
      ("gateway_ip", "gate", "subnet.gateway_ip: expected an IP address"),
      (
        "allocation_pools", [["start": "10.1.0.9", "end": "10.1.0.5"]], "must not be above the end"
      ),
      ("allocation_pools", [["start": "10.2.0.5", "end": "10.2.0.9"]], "spans beyond the subnet"),
      ("allocation_pools", [["start": "10.1.0.5"]], "subnet.allocation_pools[0].end: is required."),
      ("dns_nameservers", ["dns"], "subnet.dns_nameservers[0]: expected an IP address"),
      ("host_routes", [["destination": "x", "nexthop": "10.1.0.9"]], "host_routes[0].destination"),
      ("subnetpool_id", "p", "there are no subnet pools here"),
      ("ipv6_ra_mode", "slaac", "addresses come from the config drive only"),
      ("network_id", "net1", "subnet.network_id: expected a UUID"),
      ("vlan", 4, "subnet.vlan: is not known here"),
    ] as [(String, JSONValue?, String)])
  func aBadFieldIsNamed(key: String, value: JSONValue?, message: String) async {
    let answer = await create([(key, value)])
    #expect(answer.status == 400)
    let text = answer.json["NeutronError"]?["message"]?.text ?? ""
    #expect(text.contains(message), "\(text)")
  }

  @Test func aGatewayInAPoolIsAConflict() async {
    let answer = await create([("allocation_pools", [["start": "10.1.0.1", "end": "10.1.0.9"]])])
    #expect(answer.status == 409)
  }

  @Test func anAbsentNetworkIs404AndAnOverlap400() async {
    let unknown = await create([("network_id", "00000000-0000-0000-0000-0000000000ff")])
    #expect(unknown.status == 404)
    _ = await create()
    #expect(await create([("cidr", "10.1.0.128/25")]).status == 400)
    #expect(await create([("cidr", "10.1.1.0/24")]).status == 201)
  }
}
