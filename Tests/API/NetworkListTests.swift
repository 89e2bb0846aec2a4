// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

/// Filters, columns, order and pages, which every list of Neutron's has alike.
@Suite(.timeLimit(.minutes(10)))
struct NetworkListTests {
  private let api: TestAPI
  private let cloud: TestCloud

  /// Four networks, d to a in order of creation; b and c are shared.
  init() async throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
    for (place, name) in ["d", "c", "b", "a"].enumerated() {
      let answer = await api.send(
        "POST", "/network/v2.0/networks",
        [
          "network": [
            "name": .string(name), "provider:physical_network": .string("physnet\(place)"),
            "shared": .bool(name == "b" || name == "c"), "mtu": .integer(1500 - Int64(place)),
          ]
        ])
      try #require(answer.status == 201)
    }
  }

  private func names(_ query: String) async -> [String] {
    let answer = await api.send("GET", "/network/v2.0/networks?\(query)")
    return (answer.json["networks"]?.elements ?? []).compactMap { $0["name"]?.text }
  }

  @Test(arguments: [
    ("", ["d", "c", "b", "a"]),
    ("name=c", ["c"]),
    ("name=c&name=a", ["c", "a"]),
    ("shared=True", ["c", "b"]),
    ("shared=false&name=a&name=b", ["a"]),
    ("mtu=1499", ["c"]),
    ("router:external=True", []),
    ("router%3Aexternal=False&name=d", ["d"]),
    ("status=ACTIVE&name=b", ["b"]),
    ("provider:physical_network=physnet2", ["b"]),
    ("project_id=00000000000000000000000000000001&name=a", ["a"]),
    ("tenant_id=00000000-0000-0000-0000-000000000001&name=a", ["a"]),
    ("sort_key=name&sort_dir=asc", ["a", "b", "c", "d"]),
    ("sort_key=mtu&sort_dir=desc", ["d", "c", "b", "a"]),
    ("sort_key=shared&sort_key=name&sort_dir=desc&sort_dir=asc", ["b", "c", "a", "d"]),
    ("sort_key=name&limit=0", ["a", "b", "c", "d"]),
  ])
  func aQueryChoosesAndOrders(query: String, expected: [String]) async {
    #expect(await names(query) == expected)
  }

  @Test(arguments: [
    "colour=red", "sort_key=colour", "sort_key=name&sort_dir=up",
    "sort_key=name&sort_key=id&sort_dir=asc", "limit=-1", "limit=many", "marker=nothing",
  ])
  func aBadQueryIs400(query: String) async {
    let answer = await api.send("GET", "/network/v2.0/networks?\(query)")
    #expect(answer.status == 400)
    #expect(answer.json["NeutronError"]?["message"]?.text?.isEmpty == false)
  }

  @Test func aFilterByWhatOnlyAdministratorsSeeIsNotForOthers() async {
    let answer = await api.send(
      "GET", "/network/v2.0/networks?provider:physical_network=physnet2", as: TestCallers.member)
    #expect(answer.status == 400)
  }

  @Test func othersSeeSharedNetworksOnly() async {
    let answer = await api.send("GET", "/network/v2.0/networks", as: TestCallers.member)
    let names = (answer.json["networks"]?.elements ?? []).map { $0["name"]?.text }
    #expect(names == ["c", "b"])
  }

  @Test func fieldsAreTheColumns() async {
    let answer = await api.send(
      "GET", "/network/v2.0/networks?fields=name&fields=mtu&fields=unknown&name=a")
    #expect(answer.json["networks"] == [["name": "a", "mtu": 1497]])
    let id = (await api.send("GET", "/network/v2.0/networks?name=a")).json["networks"]?[0]?["id"]
    let one = await api.send("GET", "/network/v2.0/networks/\(id?.text ?? "")?fields=name")
    #expect(one.json == ["network": ["name": "a"]])
  }

  @Test func pagesFollowTheirLinks() async throws {
    var target = "/network/v2.0/networks?limit=3&sort_key=name&sort_dir=asc"
    var seen: [[String]] = []
    for _ in 0..<5 {
      let answer = await api.send("GET", target)
      seen.append((answer.json["networks"]?.elements ?? []).compactMap { $0["name"]?.text })
      guard let link = answer.json["networks_links"]?[0] else { break }
      #expect(link["rel"] == "next")
      let url = try #require(link["href"]?.text)
      try #require(url.hasPrefix(TestAPI.root))
      target = String(url.dropFirst(TestAPI.root.count))
    }
    #expect(seen == [["a", "b", "c"], ["d"]])
  }
}
