// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ComputeKeyPairTests {
  static let publicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID7lMYhnjX9scJfO6s/q+d0j+kmlrdWxQZCZ56fx51vb me@home"

  private static func body(_ name: String, _ more: JSONValue = [:]) -> JSONValue {
    let usual: JSONValue = ["name": .string(name), "public_key": .string(publicKey)]
    return ["keypair": usual.laidUnder(more)]
  }

  @Test func aKeyIsImportedShownListedAndDeleted() async throws {
    let scene = try await ComputeScene()
    let made = await scene.send("POST", "os-keypairs", at: 10, Self.body("a.b"))
    #expect(made.status == 201)
    let key = try #require(made.json["keypair"])
    #expect(key.keys == ["name", "public_key", "fingerprint", "type", "user_id"])
    // By OpenSSH: ssh-keygen -l -E md5.
    #expect(key["fingerprint"] == "4e:63:22:fa:dd:9c:88:0b:f5:3c:10:3c:02:3c:36:0c")
    #expect(key["user_id"] == .string(TestCallers.member.user.hex))
    let list = await scene.send("GET", "os-keypairs", at: 10)
    #expect(list.json["keypairs"]?[0]?["keypair"]?["name"] == "a.b")
    let shown = await scene.send("GET", "os-keypairs/a.b", at: 10)
    #expect(shown.json["keypair"]?["created_at"] == "2026-01-01T12:00:00.000000")
    #expect(await scene.send("DELETE", "os-keypairs/a.b", at: 10).status == 204)
    #expect(await scene.send("GET", "os-keypairs/a.b", at: 10).status == 404)
    #expect(await scene.send("DELETE", "os-keypairs/a.b", at: 10).status == 404)
  }

  @Test func statusesAndFieldsFollowTheMicroversion() async throws {
    let scene = try await ComputeScene()
    let old = await scene.send("POST", "os-keypairs", Self.body("a"))
    #expect(old.status == 200)
    #expect(old.json["keypair"]?.keys.contains("type") == false)
    #expect(await scene.send("DELETE", "os-keypairs/a").status == 202)
    let type = await scene.send("POST", "os-keypairs", Self.body("a", ["type": "ssh"]))
    #expect(type.status == 400, "type came with 2.2")
    for name in ["a", "b", "c"] {
      _ = await scene.send("POST", "os-keypairs", at: 2, Self.body(name))
    }
    let whole = await scene.send("GET", "os-keypairs?limit=1", at: 34)
    #expect(whole.json["keypairs"]?.elements?.count == 3, "pages came with 2.35")
    let page = await scene.send("GET", "os-keypairs?limit=1&marker=a", at: 35)
    #expect(page.json["keypairs"]?[0]?["keypair"]?["name"] == "b")
    #expect(
      page.json["keypairs_links"] == [
        [
          "rel": "next",
          "href": .string("\(TestAPI.root)/compute/v2.1/os-keypairs?limit=1&marker=b"),
        ]
      ])
    #expect(await scene.send("GET", "os-keypairs?marker=z", at: 35).status == 400)
  }

  @Test func keysAreTheirUsers() async throws {
    let scene = try await ComputeScene()
    _ = await scene.send("POST", "os-keypairs", at: 10, Self.body("mine"))
    let member = TestCallers.member.user.hex
    let others = await scene.send("GET", "os-keypairs", at: 10, as: TestCallers.stranger)
    #expect(others.json["keypairs"] == [])
    let asked = await scene.send(
      "GET", "os-keypairs?user_id=\(member)", at: 10, as: TestCallers.stranger)
    #expect(asked.status == 403)
    let admin = await scene.send(
      "GET", "os-keypairs?user_id=\(member)", at: 10, as: TestCallers.admin)
    #expect(admin.json["keypairs"]?.elements?.count == 1)
  }

  @Test func wrongKeysAreRefused() async throws {
    let scene = try await ComputeScene()
    for (body, says): (JSONValue, String) in [
      (["keypair": ["name": "a"]], "keypair.public_key: is required"),
      (["keypair": ["public_key": "x"]], "keypair.name: is required"),
      (Self.body("a/b"), "keypair.name: expected letters"),
      (Self.body("a", ["public_key": "ssh-ed25519 nonsense"]), "not of type ssh-ed25519"),
      (Self.body("a", ["type": "x509"]), "only ssh is served"),
      (Self.body("a", ["colour": "red"]), "keypair.colour: is not known here"),
    ] {
      let answer = await scene.send("POST", "os-keypairs", at: 10, body)
      #expect(answer.status == 400)
      #expect(
        answer.json["badRequest"]?["message"]?.text?.contains(says) == true, "\(answer.text)")
    }
    _ = await scene.send("POST", "os-keypairs", at: 10, Self.body("a"))
    let again = await scene.send("POST", "os-keypairs", at: 10, Self.body("a"))
    #expect(again.status == 409)
    #expect(again.json["conflictingRequest"]?["code"] == 409)
  }
}
