// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import JSON
import Lanes
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct IdentityTokenTests {
  @Test func aPasswordGivesATokenWithAllThatClientsRead() async throws {
    let test = try await IdentityFixture()
    let answer = await test.logIn(
      IdentityFixture.login(scope: IdentityFixture.project("admin")))
    #expect(answer.status == 201)
    #expect(answer.header("X-Subject-Token")?.isEmpty == false)
    #expect(answer.header("Vary") == "X-Auth-Token")
    let token = try #require(answer.json["token"])
    #expect(token["methods"] == ["password"])
    #expect(token["user"]?["id"]?.text == test.admin.id.hex)
    #expect(token["user"]?["domain"]?["id"] == "default")
    #expect(token["project"]?["name"] == "admin")
    #expect(token["is_domain"] == false)
    #expect(
      token["roles"]?.elements?.compactMap { $0["name"]?.text } == ["admin", "member", "reader"])
    #expect(token["issued_at"] == "2026-01-01T12:00:00.000000Z")
    #expect(token["expires_at"] == "2026-01-01T13:00:00.000000Z")
    #expect(token["audit_ids"]?.elements?.count == 1)
    let types = token["catalog"]?.elements?.compactMap { $0["type"]?.text } ?? []
    #expect(types == ["identity", "compute", "image", "network", "operator"])
    let urls = token["catalog"]?.elements?.compactMap { $0["endpoints"]?[0]?["url"]?.text } ?? []
    #expect(urls.allSatisfy { $0.hasPrefix(TestAPI.root + "/") })
  }

  @Test func whatDoesNotFitIsNeverTold() async throws {
    let test = try await IdentityFixture()
    var disabled = UserChange()
    disabled.name = "disabled"
    disabled.password = Secret("password")
    disabled.isEnabled = false
    _ = try await test.cloud.identity.createUser(disabled, TestCallers.admin)
    var bare = UserChange()
    bare.name = "bare"
    _ = try await test.cloud.identity.createUser(bare, TestCallers.admin)
    var bodies = [
      IdentityFixture.login(password: "wrong"), IdentityFixture.login(password: ""),
      IdentityFixture.login("nobody"), IdentityFixture.login("bare", password: ""),
      IdentityFixture.login("disabled", password: "password"),
      IdentityFixture.login(password: .string(String(repeating: "x", count: 5000))),
    ]
    // Somebody who may log in has no part in these.
    for scope: JSONValue in [
      IdentityFixture.project("none"), ["project": ["id": "x"]], ["system": ["all": true]],
      ["project": ["name": "admin", "domain": ["name": "Elsewhere"]]],
      ["domain": ["id": "default"]],
    ] {
      bodies.append(IdentityFixture.login(scope: scope))
    }
    for body in bodies {
      let answer = await test.logIn(body)
      #expect(answer.status == 401)
      #expect(
        answer.json["error"]?["message"]
          == "The request you have made requires authentication.")
      #expect(answer.header("X-Subject-Token") == nil)
    }
  }

  @Test(arguments: [
    ("{}", "auth: is required"), ("{\"auth\": {}}", "auth.identity: is required"),
    ("{\"auth\": {\"identity\": {\"methods\": \"password\"}}}", "auth.identity.methods"),
    ("{\"auth\": {\"identity\": {\"methods\": []}}}", "expected one method, got 0"),
    (
      "{\"auth\": {\"identity\": {\"methods\": [\"password\"]}}}",
      "auth.identity.password: is required"
    ),
    (
      "{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": {\"user\": "
        + "{\"name\": \"a\", \"password\": \"b\"}}}}}", "auth.identity.password.user.domain"
    ),
    (
      "{\"auth\": {\"identity\": {\"methods\": [\"token\"], \"token\": {\"id\": 7}}}}",
      "auth.identity.token.id: expected a string, got 7"
    ),
  ])
  func aMalformedRequestNamesTheField(body: String, expected: String) async throws {
    let api = TestAPI(try TestCloud())
    let answer = await api.send(
      "POST", "/identity/v3/auth/tokens", as: nil, pieces: [Array(body.utf8)])
    #expect(answer.status == 400)
    #expect(answer.text.contains(expected), "\(answer.text)")
  }

  @Test func aTokenEnds() async throws {
    let test = try await IdentityFixture()
    let token = await test.token()
    test.cloud.clock.advance(by: .seconds(3599))
    #expect(await test.status(of: token) == 200)
    test.cloud.clock.advance(by: .seconds(1))
    #expect(await test.status(of: token) == 401)
    #expect(await test.logIn(IdentityFixture.rescope(token, to: "unscoped")).status == 401)
  }

  @Test func aForgedTokenIsRefused() async throws {
    let test = try await IdentityFixture()
    let token = await test.token()
    var forged = [
      String(token.dropLast()), String(token.dropFirst()), token + "A", token + "=", "",
    ]
    for place in stride(from: 0, to: token.utf8.count, by: 7) {
      var bytes = Array(token.utf8)
      bytes[place] = bytes[place] == 0x41 ? 0x42 : 0x41
      forged.append(String(decoding: bytes, as: UTF8.self))
    }
    // Sealed with another key, and with our key for another purpose.
    let claims = TokenClaims(
      user: test.admin.id, project: test.project.id, methods: .password,
      issuedAt: test.cloud.clock.now, expiresAt: test.cloud.clock.now + .seconds(60),
      auditID: numbered(1), chainID: nil)
    for (key, context) in [(UInt8(8), "roost token 1"), (7, "roost image grant 1")] {
      let box = try SealedBox(key: Secret([UInt8](repeating: key, count: SealedBox.keySize)))
      forged.append(
        Base64.url.encode(
          box.seal(
            claims.encoded, context: Array(context.utf8), randomness: test.cloud.randomness)))
    }
    for token in forged { #expect(await test.status(of: token) == 401, "\(token)") }
    #expect(await test.status(of: token) == 200)
  }

  @Test func aTokenForAnotherProjectKeepsTheEndOfTheFirst() async throws {
    let test = try await IdentityFixture()
    let first = await test.token(scope: "unscoped")
    test.cloud.clock.advance(by: .seconds(600))
    let answer = await test.logIn(
      IdentityFixture.rescope(first, to: IdentityFixture.project("admin")))
    #expect(answer.status == 201)
    let token = try #require(answer.json["token"])
    #expect(token["expires_at"] == "2026-01-01T13:00:00.000000Z")
    #expect(token["issued_at"] == "2026-01-01T12:10:00.000000Z")
    #expect(token["methods"] == ["password", "token"])
    #expect(token["audit_ids"]?.elements?.count == 2)
    // An unscoped token opens nothing of a project's.
    #expect(await test.status(of: first) == 403)
    let second = answer.header("X-Subject-Token") ?? ""
    #expect(await test.status(of: second) == 200)
    // With the first goes what was got with it.
    #expect(
      await test.send("DELETE", "/auth/tokens", token: first, about: first).status == 204)
    #expect(await test.status(of: first) == 401)
    #expect(await test.status(of: second) == 401)
  }

  @Test func aTokenIsAskedAbout() async throws {
    let test = try await IdentityFixture()
    let (user, _) = try await test.addUser("ada", password: "password")
    let (admin, ada) = (await test.token(), await test.token("ada", password: "password"))
    let own = await test.send("GET", "/auth/tokens", token: ada, about: ada)
    #expect(own.status == 200)
    #expect(own.header("X-Subject-Token") == ada)
    #expect(own.json["token"]?["user"]?["id"]?.text == user.id.hex)
    #expect(await test.send("GET", "/auth/tokens", token: admin, about: ada).status == 200)
    #expect(await test.send("GET", "/auth/tokens", token: ada, about: admin).status == 403)
    #expect(await test.send("DELETE", "/auth/tokens", token: ada, about: admin).status == 403)
    #expect(await test.send("GET", "/auth/tokens", token: ada, about: "nonsense").status == 404)
    #expect(await test.send("GET", "/auth/tokens", token: ada).status == 400)
    let bare = await test.send("GET", "/auth/tokens?nocatalog", token: ada, about: ada)
    #expect(bare.json["token"]?["catalog"] == nil)
    let projects = await test.send("GET", "/auth/projects", token: ada)
    #expect(projects.json["projects"]?.elements?.count == 1)
  }

  @Test func whatEndsAUsersTokens() async throws {
    let test = try await IdentityFixture()
    let (user, project) = try await test.addUser("ada", password: "password")
    func change(_ path: String, _ json: JSONValue) async {
      #expect(
        await test.api.send("PATCH", "/identity/v3" + path, json).status == 200)
      test.cloud.clock.advance(by: .seconds(1))
    }
    // A new password.
    var token = await test.token("ada", password: "password")
    #expect(await test.status(of: token) == 200)
    test.cloud.clock.advance(by: .seconds(1))
    await change("/users/\(user.id.hex)", ["user": ["password": "other"]])
    #expect(await test.status(of: token) == 401)
    #expect(await test.token("ada", password: "password").isEmpty)

    // Disabling; what was issued before does not come back.
    for (path, key) in [
      ("/users/\(user.id.hex)", "user"), ("/projects/\(project.id.hex)", "project"),
    ] {
      token = await test.token(
        "ada", password: "other", scope: ["project": ["id": .string(project.id.hex)]])
      #expect(await test.status(of: token) == 200, "\(key)")
      test.cloud.clock.advance(by: .seconds(1))
      await change(path, .object(member(key, ["enabled": false])))
      #expect(await test.status(of: token) == 401, "\(key)")
      await change(path, .object(member(key, ["enabled": true])))
      #expect(await test.status(of: token) == 401, "\(key)")
    }

    // The last role.
    token = await test.token("ada", password: "other")
    #expect(await test.status(of: token) == 200)
    let roles = await test.api.send("GET", "/identity/v3/roles?name=member")
    let role = try #require(roles.json["roles"]?[0]?["id"]?.text)
    let grant = "/identity/v3/projects/\(project.id.hex)/users/\(user.id.hex)/roles/\(role)"
    #expect(await test.api.send("DELETE", grant).status == 204)
    #expect(await test.status(of: token) == 401)
    #expect(await test.api.send("PUT", grant).status == 204)
    #expect(await test.status(of: token) == 200)

    // The user itself.
    #expect(await test.api.send("DELETE", "/identity/v3/users/\(user.id.hex)").status == 204)
    #expect(await test.status(of: token) == 401)
  }

  @Test func aClockThatIsSetBackLocksNobodyOut() async throws {
    let test = try await IdentityFixture()
    let old = await test.token()
    test.cloud.clock.setCivilTime(test.cloud.clock.now + .seconds(-86_400))
    let token = await test.token()
    #expect(await test.status(of: token) == 200)
    // A change that is made then ends the tokens before it all the same.
    let path = "/identity/v3/users/\(test.admin.id.hex)"
    test.cloud.clock.advance(by: .seconds(1))
    #expect(await test.api.send("PATCH", path, ["user": ["password": "other"]]).status == 200)
    #expect(await test.status(of: token) == 401)
    #expect(await test.status(of: old) == 401)
    #expect(await test.status(of: await test.token(password: "other")) == 200)
  }

  @Test func aPasswordThatChangesWhileItIsCheckedOpensNothing() async throws {
    let test = try await IdentityFixture()
    let (user, _) = try await test.addUser("ada", password: "old")
    let lane = InterruptedLane { [identity = test.cloud.identity, clock = test.cloud.clock] in
      var change = UserChange()
      change.password = Secret("new")
      clock.advance(by: .seconds(1))
      _ = try? await identity.updateUser(user.id, change, TestCallers.admin)
      clock.advance(by: .seconds(1))
    }
    let slow = IdentityService(
      store: test.cloud.store, clock: test.cloud.clock, randomness: test.cloud.randomness,
      passwords: try PasswordHash(lanes: [lane]),
      seal: try SealedBox(key: Secret([UInt8](repeating: 7, count: SealedBox.keySize))))
    let request = TokenRequest(proof: .password(.id(user.id), Secret("old")), scope: .automatic)
    let error = await #expect(throws: RoostError.self) { _ = try await slow.issueToken(request) }
    #expect(error?.kind == .unauthorized)
    #expect(await !test.token("ada", password: "new").isEmpty)
  }

  @Test func aUserChangesItsOwnPasswordOnly() async throws {
    let test = try await IdentityFixture()
    let (user, _) = try await test.addUser("ada", password: "password")
    let token = await test.token("ada", password: "password")
    test.cloud.clock.advance(by: .seconds(1))
    func change(_ id: UserID, from original: JSONValue) async -> Int {
      await test.send(
        "POST", "/users/\(id.hex)/password", token: token,
        ["user": ["original_password": original, "password": "new"]]
      ).status
    }
    #expect(await change(test.admin.id, from: "password") == 403)
    #expect(await change(user.id, from: "wrong") == 401)
    #expect(await change(user.id, from: 5) == 400)
    #expect(await change(user.id, from: "password") == 204)
    #expect(await test.status(of: token) == 401)
    #expect(await !test.token("ada", password: "new").isEmpty)
  }

  private func member(_ key: String, _ value: JSONValue) -> JSONObject {
    var object = JSONObject()
    object[key] = value
    return object
  }
}

/// A lane on which something else happens before each call.
private struct InterruptedLane: LaneRunning {
  let before: @Sendable () async -> Void

  func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    await before()
    return try work()
  }
}
