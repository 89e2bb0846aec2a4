// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct IdentityRecordTests {
  private func names(_ answer: TestAnswer, _ key: String) -> [String] {
    answer.json[key]?.elements?.compactMap { $0["name"]?.text } ?? []
  }

  @Test func projectsAreMadeFoundChangedAndRemoved() async throws {
    let test = try await IdentityFixture()
    let made = await test.api.send(
      "POST", "/identity/v3/projects", ["project": ["name": "lab", "description": "d"]])
    #expect(made.status == 201)
    let id = try #require(made.json["project"]?["id"]?.text)
    #expect(id.utf8.count == 32)
    #expect(made.json["project"]?["enabled"] == true)
    #expect(made.json["project"]?["domain_id"] == "default")
    #expect(
      made.json["project"]?["links"]?["self"]?.text == "\(TestAPI.root)/identity/v3/projects/\(id)")
    // Clients try the name as an id first.
    #expect(await test.api.send("GET", "/identity/v3/projects/lab").status == 404)
    #expect(
      names(await test.api.send("GET", "/identity/v3/projects?name=lab"), "projects") == ["lab"])
    #expect(
      names(await test.api.send("GET", "/identity/v3/projects"), "projects") == ["admin", "lab"])
    #expect(
      await test.api.send("POST", "/identity/v3/projects", ["project": ["name": "lab"]]).status
        == 409)
    #expect(
      await test.api.send(
        "PATCH", "/identity/v3/projects/\(id)", ["project": ["name": "admin"]]
      ).status == 409)
    let changed = await test.api.send(
      "PATCH", "/identity/v3/projects/\(id)", ["project": ["name": "lab2", "enabled": false]])
    #expect(changed.json["project"]?["name"] == "lab2")
    #expect(changed.json["project"]?["description"] == "d")
    #expect(
      names(await test.api.send("GET", "/identity/v3/projects?enabled=false"), "projects")
        == ["lab2"])
    #expect(await test.api.send("GET", "/identity/v3/projects?enabled=x").status == 400)
    #expect(await test.api.send("DELETE", "/identity/v3/projects/\(id)").status == 204)
    #expect(await test.api.send("GET", "/identity/v3/projects/\(id)").status == 404)
    #expect(await test.api.send("DELETE", "/identity/v3/projects/\(id)").status == 404)
  }

  @Test func onlyTheOneDomainCanBeNamed() async throws {
    let test = try await IdentityFixture()
    for (key, kind) in [("projects", "project"), ("users", "user")] {
      let body: JSONValue =
        kind == "project"
        ? ["project": ["name": "x", "domain_id": "other"]]
        : ["user": ["name": "x", "domain_id": "other"]]
      #expect(await test.api.send("POST", "/identity/v3/\(key)", body).status == 404)
    }
    #expect(
      await test.api.send(
        "POST", "/identity/v3/projects", ["project": ["name": "x", "parent_id": "other"]]
      ).status == 403)
    #expect(await test.api.send("GET", "/identity/v3/domains/other").status == 404)
    #expect(names(await test.api.send("GET", "/identity/v3/domains"), "domains") == ["Default"])
    #expect(
      names(await test.api.send("GET", "/identity/v3/users?domain_id=other"), "users") == [])
  }

  @Test func usersAreMadeFoundChangedAndRemoved() async throws {
    let test = try await IdentityFixture()
    let made = await test.api.send(
      "POST", "/identity/v3/users",
      [
        "user": [
          "name": "ada", "password": "p", "email": "a@example.org", "description": "d",
          "default_project_id": .string(test.project.id.hex),
        ]
      ])
    #expect(made.status == 201)
    let user = try #require(made.json["user"])
    let path = "/identity/v3/users/\(user["id"]?.text ?? "")"
    #expect(user["email"] == "a@example.org" && user["enabled"] == true)
    #expect(user["default_project_id"]?.text == test.project.id.hex)
    #expect(user["password"] == nil)
    #expect(
      await test.api.send("POST", "/identity/v3/users", ["user": ["name": "ada"]]).status == 409)
    #expect(names(await test.api.send("GET", "/identity/v3/users?name=ada"), "users") == ["ada"])
    let changed = await test.api.send(
      "PATCH", path, ["user": ["email": nil, "default_project_id": nil]])
    #expect(changed.json["user"]?["email"] == nil)
    #expect(changed.json["user"]?["default_project_id"] == nil)
    #expect(changed.json["user"]?["description"] == "d")
    #expect(
      await test.api.send(
        "PATCH", path, ["user": ["default_project_id": .string(String(repeating: "0", count: 32))]]
      ).status == 404)
    #expect(await test.api.send("PATCH", path, ["user": ["password": ""]]).status == 400)
    #expect(
      await test.api.send(
        "PATCH", path, ["user": ["password": .string(String(repeating: "x", count: 5000))]]
      ).status == 400)
    #expect(await test.api.send("DELETE", path).status == 204)
    #expect(await test.api.send("GET", path).status == 404)
  }

  @Test func rolesWithAMeaningStay() async throws {
    let test = try await IdentityFixture()
    let listed = await test.api.send("GET", "/identity/v3/roles")
    #expect(names(listed, "roles") == ["admin", "member", "reader"])
    for role in listed.json["roles"]?.elements ?? [] {
      let path = "/identity/v3/roles/\(role["id"]?.text ?? "")"
      #expect(await test.api.send("DELETE", path).status == 403)
      #expect(await test.api.send("PATCH", path, ["role": ["name": "x"]]).status == 403)
      #expect(await test.api.send("PATCH", path, ["role": ["description": "x"]]).status == 200)
    }
    let made = await test.api.send("POST", "/identity/v3/roles", ["role": ["name": "auditor"]])
    let path = "/identity/v3/roles/\(made.json["role"]?["id"]?.text ?? "")"
    #expect(await test.api.send("PATCH", path, ["role": ["name": "admin"]]).status == 409)
    #expect(await test.api.send("PATCH", path, ["role": ["name": "watcher"]]).status == 200)
    #expect(await test.api.send("DELETE", path).status == 204)
  }

  @Test func assignmentsAreGivenListedAndTaken() async throws {
    let test = try await IdentityFixture()
    let (user, project) = try await test.addUser("ada", password: "p", role: "reader")
    let roles = await test.api.send("GET", "/identity/v3/roles?name=member")
    let role = try #require(roles.json["roles"]?[0]?["id"]?.text)
    let base = "/identity/v3/projects/\(project.id.hex)/users/\(user.id.hex)/roles"
    #expect(await test.api.send("HEAD", "\(base)/\(role)").status == 404)
    for _ in 1...2 { #expect(await test.api.send("PUT", "\(base)/\(role)").status == 204) }
    #expect(await test.api.send("HEAD", "\(base)/\(role)").status == 204)
    #expect(names(await test.api.send("GET", base), "roles").sorted() == ["member", "reader"])
    let listed = await test.api.send(
      "GET", "/identity/v3/role_assignments?user.id=\(user.id.hex)&include_names")
    let first = try #require(listed.json["role_assignments"]?[0])
    #expect(first["user"]?["name"] == "ada")
    #expect(first["scope"]?["project"]?["name"] == "ada-project")
    #expect(listed.json["role_assignments"]?.elements?.count == 2)
    #expect(await test.api.send("DELETE", "\(base)/\(role)").status == 204)
    #expect(await test.api.send("DELETE", "\(base)/\(role)").status == 404)
    let nobody = String(repeating: "0", count: 32)
    #expect(await test.api.send("PUT", "\(base)/\(nobody)").status == 404)
    #expect(
      await test.api.send(
        "PUT", "/identity/v3/projects/\(nobody)/users/\(user.id.hex)/roles/\(role)"
      ).status == 404)
  }

  @Test func aMemberSeesItselfAndChangesNothing() async throws {
    let test = try await IdentityFixture()
    let (user, project) = try await test.addUser("ada", password: "p")
    let token = await test.token("ada", password: "p")
    for path in [
      "/users/\(user.id.hex)", "/projects/\(project.id.hex)", "/users/\(user.id.hex)/projects",
      "/role_assignments?user.id=\(user.id.hex)",
    ] {
      #expect(await test.send("GET", path, token: token).status == 200, "\(path)")
    }
    for path in [
      "/users", "/projects", "/roles", "/role_assignments", "/users/\(test.admin.id.hex)",
      "/projects/\(test.project.id.hex)", "/services", "/endpoints",
      "/role_assignments?user.id=\(test.admin.id.hex)",
    ] {
      #expect(await test.send("GET", path, token: token).status == 403, "\(path)")
    }
    for (method, path, body) in [
      ("POST", "/users", ["user": ["name": "x"]] as JSONValue),
      ("POST", "/projects", ["project": ["name": "x"]]),
      ("POST", "/roles", ["role": ["name": "x"]]),
      ("PATCH", "/users/\(user.id.hex)", ["user": ["name": "x"]]),
      ("PATCH", "/projects/\(project.id.hex)", ["project": ["name": "x"]]),
      ("DELETE", "/users/\(user.id.hex)", nil), ("DELETE", "/projects/\(project.id.hex)", nil),
    ] {
      #expect(await test.send(method, path, token: token, body).status == 403, "\(method) \(path)")
    }
  }

  @Test func nobodySawsOffTheBranch() async throws {
    let test = try await IdentityFixture()
    let token = await test.token()
    #expect(
      await test.send("DELETE", "/users/\(test.admin.id.hex)", token: token).status == 403)
    #expect(
      await test.send("DELETE", "/projects/\(test.project.id.hex)", token: token).status == 403)
    #expect(await test.status(of: token) == 200)
  }

  @Test func aStoreHasOneFirstAdmin() async throws {
    let test = try await IdentityFixture()
    #expect(try await test.cloud.identity.isBootstrapped())
    let error = await #expect(throws: RoostError.self) {
      _ = try await test.cloud.identity.bootstrap(adminPassword: Secret("x"))
    }
    #expect(error?.kind == .conflict)
    let empty = try TestCloud()
    #expect(try await !empty.identity.isBootstrapped())
    await #expect(throws: RoostError.self) {
      _ = try await empty.identity.bootstrap(adminPassword: Secret(""))
    }
    #expect(try await !empty.identity.isBootstrapped())
  }

  @Test func theVersionDocumentsNeedNoToken() async throws {
    let api = TestAPI(try TestCloud())
    let root = await api.send("GET", "/identity", as: nil)
    #expect(root.status == 300)
    #expect(root.json["versions"]?["values"]?[0]?["id"] == "v3.14")
    let version = await api.send("GET", "/identity/v3/", as: nil)
    #expect(version.status == 200)
    #expect(
      version.json["version"]?["links"]?[0]?["href"]?.text == "\(TestAPI.root)/identity/v3/")
  }
}
