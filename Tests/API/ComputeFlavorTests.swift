// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ComputeFlavorTests {
  private let admin = TestCallers.admin

  private static func body(_ more: JSONValue = [:]) -> JSONValue {
    // As the openstack command sends it.
    let usual: JSONValue = [
      "os-flavor-access:is_public": true, "swap": 0, "vcpus": 2, "OS-FLV-EXT-DATA:ephemeral": 0,
      "ram": 1024, "name": "m2", "disk": 1, "rxtx_factor": 1.0, "id": nil,
    ]
    return ["flavor": usual.laidUnder(more)]
  }

  @Test func aFlavorIsMadeShownAndDeleted() async throws {
    let scene = try await ComputeScene()
    let made = await scene.send("POST", "flavors", at: 61, as: admin, Self.body())
    #expect(made.status == 200)
    let id = try #require(made.json["flavor"]?["id"]?.text)
    #expect(made.json["flavor"]?["ram"] == 1024)
    #expect(made.json["flavor"]?["extra_specs"] == [:])
    let shown = await scene.send("GET", "flavors/\(id)", at: 61)
    #expect(shown.json["flavor"] == made.json["flavor"])
    let numbered = await scene.send(
      "POST", "flavors", at: 61, as: admin, Self.body(["id": 7, "name": "seven"]))
    #expect(numbered.json["flavor"]?["id"] == "7")
    #expect(await scene.send("DELETE", "flavors/\(id)", at: 61, as: admin).status == 202)
    #expect(await scene.send("GET", "flavors/\(id)", at: 61).status == 404)
    #expect(await scene.send("GET", "flavors/m2", at: 61).status == 404, "names are no ids")
  }

  @Test func fieldsFollowTheMicroversion() async throws {
    let scene = try await ComputeScene()
    let oldest: Set<String> = [
      "id", "name", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "vcpus",
      "OS-FLV-DISABLED:disabled", "os-flavor-access:is_public", "rxtx_factor", "links",
    ]
    for (minor, adds, swap): (Int, Set<String>, JSONValue) in [
      (1, [], ""), (55, ["description"], ""), (61, ["description", "extra_specs"], ""),
      (75, ["description", "extra_specs"], 0),
    ] {
      let shown = await scene.send("GET", "flavors/f1", at: minor)
      #expect(shown.json["flavor"]?.keys == oldest.union(adds), "2.\(minor)")
      #expect(shown.json["flavor"]?["swap"] == swap)
      let detail = await scene.send("GET", "flavors/detail", at: minor)
      #expect(detail.json["flavors"]?[0] == shown.json["flavor"])
      let names = await scene.send("GET", "flavors", at: minor)
      #expect(
        names.json["flavors"]?[0]?.keys
          == Set(["id", "name", "links"]).union(minor < 55 ? [] : ["description"]))
    }
    let change: JSONValue = ["flavor": ["description": "text"]]
    #expect(await scene.send("PUT", "flavors/f1", at: 54, as: admin, change).status == 404)
    let changed = await scene.send("PUT", "flavors/f1", at: 55, as: admin, change)
    #expect(changed.json["flavor"]?["description"] == "text")
  }

  @Test func extraSpecsChange() async throws {
    let scene = try await ComputeScene()
    let path = "flavors/f1/os-extra_specs"
    let added = await scene.send(
      "POST", path, as: admin, ["extra_specs": ["roost:start_paused": "true", "a": "b"]])
    #expect(added.json == ["extra_specs": ["roost:start_paused": "true", "a": "b"]])
    #expect(await scene.send("GET", "\(path)/a").json == ["a": "b"])
    let put = await scene.send("PUT", "\(path)/a", as: admin, ["a": "c"])
    #expect(put.json == ["a": "c"])
    #expect(await scene.send("PUT", "\(path)/a", as: admin, ["b": "c"]).status == 400)
    #expect(await scene.send("DELETE", "\(path)/a", as: admin).status == 200)
    #expect(await scene.send("DELETE", "\(path)/a", as: admin).status == 404)
    #expect(await scene.send("GET", "\(path)/a").status == 404)
    #expect(await scene.send("GET", path).json == ["extra_specs": ["roost:start_paused": "true"]])
    #expect(await scene.send("POST", path, ["extra_specs": ["a": "b"]]).status == 403)
    #expect(
      await scene.send("POST", path, as: admin, ["extra_specs": ["a/b": "c"]]).status == 400)
  }

  @Test func aPrivateFlavorIsForThoseWithAccess() async throws {
    let scene = try await ComputeScene()
    _ = await scene.send(
      "POST", "flavors", at: 61, as: admin,
      Self.body(["id": "p", "os-flavor-access:is_public": false]))
    #expect(await scene.send("GET", "flavors/p").status == 404)
    let project = TestCallers.member.project.hex
    let given = await scene.send(
      "POST", "flavors/p/action", as: admin,
      ["addTenantAccess": ["tenant": .string(project)]])
    #expect(given.json == ["flavor_access": [["flavor_id": "p", "tenant_id": .string(project)]]])
    #expect(await scene.send("GET", "flavors/p").status == 200)
    #expect(await scene.send("GET", "flavors/p", as: TestCallers.stranger).status == 404)
    let listed = await scene.send("GET", "flavors")
    #expect(listed.json["flavors"]?.texts("id") == ["f1", "p"])
    for (query, ids) in [
      ("", ["f1"]), ("?is_public=None", ["f1", "p"]), ("?is_public=False", ["p"]),
      ("?is_public=True", ["f1"]),
    ] {
      let list = await scene.send("GET", "flavors\(query)", as: admin)
      #expect(list.json["flavors"]?.texts("id") == ids, "\(query)")
    }
    let access = await scene.send("GET", "flavors/p/os-flavor-access", as: admin)
    #expect(access.json["flavor_access"]?.elements?.count == 1)
    #expect(await scene.send("GET", "flavors/f1/os-flavor-access", as: admin).status == 404)
    let taken = await scene.send(
      "POST", "flavors/p/action", as: admin,
      ["removeTenantAccess": ["tenant": .string(project)]])
    #expect(taken.json == ["flavor_access": []])
  }

  @Test func listsAreFilteredSortedAndPaged() async throws {
    let scene = try await ComputeScene()
    _ = try await scene.cloud.addFlavor("f2", vcpus: 4, memoryMB: 64, rootGB: 10)
    _ = try await scene.cloud.addFlavor("f3", vcpus: 2, memoryMB: 2048)
    for (query, ids) in [
      ("sort_key=vcpus&sort_dir=desc", ["f2", "f3", "f1"]), ("minRam=512", ["f1", "f3"]),
      ("minDisk=5", ["f2"]), ("limit=1&marker=f1", ["f2"]),
    ] {
      let list = await scene.send("GET", "flavors?\(query)")
      #expect(list.json["flavors"]?.texts("id") == ids, "\(query)")
    }
    let page = await scene.send("GET", "flavors/detail?limit=2")
    #expect(
      page.json["flavors_links"]?[0]?["href"]?.text
        == "\(TestAPI.root)/compute/v2.1/flavors/detail?limit=2&marker=f2")
    for query in ["marker=none", "minRam=x", "sort_key=colour", "is_public=maybe"] {
      let refused = await scene.send("GET", "flavors?\(query)", as: admin)
      #expect(refused.status == 400, "\(query)")
    }
    #expect(await scene.send("GET", "flavors?colour=red", at: 75).status == 400)
  }

  @Test func wrongFlavorsAreRefused() async throws {
    let scene = try await ComputeScene()
    for (more, says, status): (JSONValue, String, Int) in [
      (["vcpus": 0], "flavor.vcpus: expected an integer from 1", 400),
      (["ram": "much"], "flavor.ram: expected an integer", 400),
      (["disk": -1], "flavor.disk", 400), (["swap": 1], "flavor.swap: only 0 is served", 400),
      (["OS-FLV-EXT-DATA:ephemeral": 1], "only 0 is served", 400),
      (["rxtx_factor": -1], "flavor.rxtx_factor", 400), (["colour": 1], "not known here", 400),
      (["id": "f1"], "Flavor with ID f1 already exists", 409),
      (["name": "flavor-f1"], "Flavor with name flavor-f1 already exists", 409),
    ] {
      let answer = await scene.send("POST", "flavors", at: 61, as: admin, Self.body(more))
      #expect(answer.status == status, "\(says)")
      #expect(answer.text.contains(says), "\(answer.text)")
    }
    #expect(await scene.send("POST", "flavors", at: 61, Self.body()).status == 403)
  }
}
