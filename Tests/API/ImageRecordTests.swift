// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ImageRecordTests {
  private static let patchType = "application/openstack-images-v2.1-json-patch"
  private let cloud: TestCloud
  private let api: TestAPI

  init() throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
  }

  private func make(_ body: JSONValue, as caller: Caller = TestCallers.member) async throws
    -> String
  {
    let answer = await api.send("POST", "/image/v2/images", as: caller, body)
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.text)
  }

  private func patch(
    _ id: String, as caller: Caller = TestCallers.member, type: String = patchType,
    _ operations: JSONValue
  ) async -> TestAnswer {
    await api.send(
      "PATCH", "/image/v2/images/\(id)", as: caller, headers: [("Content-Type", type)],
      pieces: [operations.encoded])
  }

  private func listed(_ query: String = "", as caller: Caller = TestCallers.member) async
    -> [String]
  {
    let answer = await api.send("GET", "/image/v2/images\(query)", as: caller)
    return answer.json["images"]?.elements?.compactMap { $0["name"]?.text } ?? ["\(answer.status)"]
  }

  @Test func aRecordHasGlancesFields() async throws {
    let answer = await api.send(
      "POST", "/image/v2/images", as: TestCallers.member,
      [
        "name": "debian", "disk_format": "qcow2", "container_format": "bare", "min_disk": 2,
        "min_ram": 64, "tags": ["b", "a", "b"], "protected": true, "hw_machine": "q35",
      ])
    #expect(answer.status == 201)
    let image = answer.json
    let id = try #require(image["id"]?.text)
    #expect(answer.header("Location") == "\(TestAPI.root)/image/v2/images/\(id)")
    #expect(image["status"] == "queued" && image["visibility"] == "shared")
    #expect(image["owner"]?.text == TestCallers.member.project.hex)
    #expect(image["size"] == .null && image["checksum"] == .null)
    #expect(image["tags"] == ["b", "a"])
    #expect(image["hw_machine"] == "q35")
    #expect(image["file"]?.text == "/v2/images/\(id)/file")
    #expect(image["created_at"] == "2026-01-01T12:00:00Z")
    #expect(await api.send("GET", "/image/v2/images/debian", as: TestCallers.member).status == 404)
    // An id of the user's own choice is taken once.
    let chosen = "11111111-2222-3333-4444-555555555555"
    #expect(try await make(["id": .string(chosen)]) == chosen)
    #expect(
      await api.send("POST", "/image/v2/images", ["id": .string(chosen)]).status == 409)
  }

  @Test func wrongFieldsAreNamed() async {
    for (body, status, expected) in [
      (["disk_format": "vhd"], 400, "disk_format"), (["container_format": "ova"], 400, "container"),
      (["min_disk": -1], 400, "min_disk"), (["min_ram": "x"], 400, "min_ram"),
      (["protected": 1], 400, "protected"), (["tags": "x"], 400, "tags"),
      (["visibility": "secret"], 400, "visibility"), (["id": "x"], 400, "id"),
      (["status": "active"], 403, "read-only"), (["checksum": "x"], 403, "read-only"),
      (["size": 5], 403, "read-only"), (["custom": 5], 400, "custom"),
      (["visibility": "public"], 403, "publicize"),
      (["owner": .string(TestCallers.stranger.project.hex)], 403, "owner"),
    ] as [(JSONValue, Int, String)] {
      let answer = await api.send("POST", "/image/v2/images", as: TestCallers.member, body)
      #expect(answer.status == status && answer.text.contains(expected), "\(answer.text)")
    }
    let reader = await api.send("POST", "/image/v2/images", as: TestCallers.reader, [:])
    #expect(reader.status == 403)
    #expect(await listed() == [])
  }

  /// Who may know of an image, find it in a list, and change it.
  @Test(arguments: [
    ("public", true, true), ("community", true, false), ("shared", false, false),
    ("private", false, false),
  ])
  func visibilityDecidesWhoSeesAnImage(word: String, isSeen: Bool, isListed: Bool) async throws {
    let owner = word == "public" ? TestCallers.admin : TestCallers.member
    let id = try await make(["name": "i", "visibility": .string(word)], as: owner)
    let path = "/image/v2/images/\(id)"
    #expect(await api.send("GET", path, as: owner).status == 200)
    #expect(await listed(as: owner) == ["i"])
    #expect(await api.send("GET", path, as: TestCallers.admin).status == 200)

    let hidden = isSeen ? 403 : 404
    let stranger = TestCallers.stranger
    #expect(await api.send("GET", path, as: stranger).status == (isSeen ? 200 : 404))
    #expect(await listed(as: stranger) == (isListed ? ["i"] : []))
    #expect(await api.send("GET", "\(path)/file", as: stranger).status == (isSeen ? 204 : 404))
    #expect(
      await patch(id, as: stranger, [["op": "replace", "path": "/name", "value": "x"]]).status
        == hidden)
    #expect(await api.send("PUT", "\(path)/file", as: stranger, pieces: [[1]]).status == hidden)
    #expect(await api.send("PUT", "\(path)/tags/x", as: stranger).status == hidden)
    #expect(await api.send("DELETE", path, as: stranger).status == hidden)
    #expect(await api.send("GET", path, as: owner).json["name"] == "i")
    #expect(await listed("?visibility=\(word)", as: stranger) == (isSeen ? ["i"] : []))
  }

  @Test func aReaderOfTheProjectOnlyLooks() async throws {
    let id = try await make(["name": "i"])
    let path = "/image/v2/images/\(id)"
    #expect(await api.send("GET", path, as: TestCallers.reader).status == 200)
    #expect(await api.send("DELETE", path, as: TestCallers.reader).status == 403)
    #expect(
      await api.send("PUT", "\(path)/file", as: TestCallers.reader, pieces: [[1]]).status == 403)
  }

  @Test func patchesChangeWholeFields() async throws {
    let id = try await make(["name": "i", "a": "1", "disk_format": "raw"])
    let answer = await patch(
      id,
      [
        ["op": "replace", "path": "/name", "value": "j"],
        ["op": "add", "path": "/b~1c", "value": "2"],
        ["op": "remove", "path": "/a"],
        ["op": "replace", "path": "/disk_format", "value": "qcow2"],
      ])
    #expect(answer.status == 200)
    #expect(answer.json["name"] == "j" && answer.json["b/c"] == "2" && answer.json["a"] == nil)
    #expect(answer.json["disk_format"] == "qcow2")

    for (operation, status) in [
      (["op": "replace", "path": "/none", "value": "x"], 409),
      (["op": "remove", "path": "/none"], 409),
      (["op": "remove", "path": "/name"], 403),
      (["op": "replace", "path": "/size", "value": 5], 403),
      (["op": "replace", "path": "/id", "value": "x"], 403),
      (["op": "replace", "path": "/visibility", "value": "public"], 403),
      (["op": "move", "path": "/name", "from": "/a"], 400), (["op": "add", "path": "/x"], 400),
      (["op": "add", "path": "name", "value": "x"], 400),
      (["op": "add", "path": "/a/b", "value": "x"], 400),
    ] as [(JSONValue, Int)] {
      // All of a patch or nothing of it.
      let mixed: JSONValue = [["op": "replace", "path": "/name", "value": "half"], operation]
      #expect(await patch(id, mixed).status == status, "\(operation)")
      let shown = await api.send("GET", "/image/v2/images/\(id)", as: TestCallers.member)
      #expect(shown.json["name"] == "j")
    }
    #expect(await patch(id, type: "application/json", []).status == 400)
    #expect(await patch(id, ["op": "add"]).status == 400)
  }

  @Test func formatsStayOnceThereAreBytes() async throws {
    let image = try await cloud.addImage()
    let answer = await patch(
      image.id.description, as: TestCallers.admin,
      [["op": "replace", "path": "/disk_format", "value": "qcow2"]])
    #expect(answer.status == 403)
    #expect(answer.text.contains("can't change once bytes were uploaded"))
  }

  @Test func aProtectedImageIsNotDeleted() async throws {
    let id = try await make(["name": "i", "protected": true])
    let path = "/image/v2/images/\(id)"
    #expect(await api.send("DELETE", path, as: TestCallers.member).status == 403)
    #expect(
      await patch(id, [["op": "replace", "path": "/protected", "value": false]]).status == 200)
    #expect(await api.send("DELETE", path, as: TestCallers.member).status == 204)
    #expect(await api.send("GET", path, as: TestCallers.member).status == 404)
    #expect(await api.send("DELETE", path, as: TestCallers.member).status == 404)
  }

  @Test func tagsComeAndGo() async throws {
    let path = "/image/v2/images/\(try await make(["name": "i"]))"
    for _ in 1...2 {
      #expect(await api.send("PUT", "\(path)/tags/a%2Fb", as: TestCallers.member).status == 204)
    }
    #expect(await api.send("GET", path, as: TestCallers.member).json["tags"] == ["a/b"])
    #expect(await listed("?tag=a%2Fb") == ["i"])
    #expect(await api.send("DELETE", "\(path)/tags/a%2Fb", as: TestCallers.member).status == 204)
    #expect(await api.send("DELETE", "\(path)/tags/a%2Fb", as: TestCallers.member).status == 404)
  }

  @Test func listsAreFilteredSortedAndPaged() async throws {
    for (number, name) in ["c", "a", "b", "d"].enumerated() {
      _ = try await make([
        "name": .string(name), "disk_format": number < 2 ? "raw" : "qcow2",
        "os_hidden": .bool(name == "d"), "kind": .string(name),
      ])
      cloud.clock.advance(by: .seconds(1))
    }
    #expect(await listed() == ["b", "a", "c"])
    #expect(await listed("?os_hidden=true") == ["d"])
    #expect(await listed("?sort=name:asc") == ["a", "b", "c"])
    #expect(await listed("?sort_key=name&sort_dir=desc") == ["c", "b", "a"])
    #expect(await listed("?sort=disk_format:asc,name:desc") == ["b", "c", "a"])
    #expect(await listed("?name=a") == ["a"])
    #expect(await listed("?name=in:a,%22b%22&sort=name:asc") == ["a", "b"])
    #expect(await listed("?disk_format=raw&sort=name:asc") == ["a", "c"])
    #expect(await listed("?kind=c") == ["c"])
    #expect(await listed("?status=active") == [])
    #expect(await listed("?owner=\(TestCallers.member.project.hex)").count == 3)

    // Following `next` gives each image once.
    var seen: [String] = []
    var next: String? = "/v2/images?limit=2&sort=name:asc"
    while let target = next {
      let answer = await api.send("GET", "/image" + target, as: TestCallers.member)
      #expect(answer.status == 200)
      seen += answer.json["images"]?.elements?.compactMap { $0["name"]?.text } ?? []
      next = answer.json["next"]?.text
    }
    #expect(seen == ["a", "b", "c"])
    for query in [
      "?limit=x", "?limit=-1", "?marker=x", "?marker=11111111-2222-3333-4444-555555555555",
      "?sort=colour", "?sort=name:up", "?sort=:", "?sort=name,:,id", "?visibility=secret",
      "?protected=maybe", "?size_min=big",
    ] {
      #expect(await listed(query) == ["400"], "\(query)")
    }
  }

  @Test func agentsFetchByGrantAlone() async throws {
    let image = try await cloud.addImage()
    let grant = try await cloud.images.grant(image.id)
    func fetch(_ token: String) async -> Int {
      await api.send("GET", "/image/v2/grants/\(token)", as: nil).status
    }
    #expect(await fetch(grant.token) == 200)
    #expect(await fetch(grant.token + "A") == 401)
    #expect(await fetch(String(grant.token.dropLast())) == 401)
    #expect(await fetch("x") == 401)
    // A user's token is no grant, and a grant no token.
    #expect(
      await api.send(
        "GET", "/image/v2/images", as: nil, headers: [("X-Auth-Token", grant.token)]
      ).status == 401)
    cloud.clock.advance(by: .seconds(600))
    #expect(await fetch(grant.token) == 401)
  }

  @Test func theVersionsNeedNoToken() async {
    let answer = await api.send("GET", "/image", as: nil)
    #expect(answer.status == 300)
    #expect(answer.json["versions"]?[0]?["status"] == "CURRENT")
    #expect(
      answer.json["versions"]?[0]?["links"]?[0]?["href"]?.text == "\(TestAPI.root)/image/v2/")
    #expect(await api.send("GET", "/image/v2/schemas/image").json["name"] == "image")
  }
}
