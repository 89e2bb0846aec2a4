// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON
import TestSupport

/// A controller with a real admin, and the calls of somebody who logs in.
struct IdentityFixture {
  static let password = "correct horse"
  let cloud: TestCloud
  let api: TestAPI
  let admin: User
  let project: Project

  init() async throws {
    cloud = try TestCloud()
    api = TestAPI(cloud)
    (admin, project) = try await cloud.identity.bootstrap(adminPassword: Secret(Self.password))
  }

  /// The body of a token request by password.
  static func login(
    _ name: String = "admin", password: JSONValue = .string(password), scope: JSONValue? = nil
  ) -> JSONValue {
    let identity: JSONValue = [
      "methods": ["password"],
      "password": [
        "user": ["name": .string(name), "domain": ["id": "default"], "password": password]
      ],
    ]
    guard let scope else { return ["auth": ["identity": identity]] }
    return ["auth": ["identity": identity, "scope": scope]]
  }

  /// The body of a token request by token.
  static func rescope(_ token: String, to scope: JSONValue) -> JSONValue {
    [
      "auth": [
        "identity": ["methods": ["token"], "token": ["id": .string(token)]], "scope": scope,
      ]
    ]
  }

  /// A project by its name.
  static func project(_ name: String) -> JSONValue {
    ["project": ["name": .string(name), "domain": ["name": "Default"]]]
  }

  func logIn(_ body: JSONValue = login()) async -> TestAnswer {
    await api.send("POST", "/identity/v3/auth/tokens", as: nil, body)
  }

  /// A token by password; empty when it was refused.
  func token(_ name: String = "admin", password: String = password, scope: JSONValue? = nil) async
    -> String
  {
    await logIn(Self.login(name, password: .string(password), scope: scope))
      .header("X-Subject-Token") ?? ""
  }

  /// Sends a request with a real token.
  func send(
    _ method: String, _ path: String, token: String, about subject: String? = nil,
    _ json: JSONValue? = nil
  ) async -> TestAnswer {
    var headers = [(name: "X-Auth-Token", value: token)]
    if let subject { headers.append(("X-Subject-Token", subject)) }
    return await api.send(method, "/identity/v3" + path, as: nil, headers: headers, json)
  }

  /// What a token may still do: the status of a call that any project token may make.
  func status(of token: String) async -> Int {
    await api.send("GET", "/image/v2/images", as: nil, headers: [("X-Auth-Token", token)]).status
  }

  /// Makes a user with a role in a project of its own.
  func addUser(_ name: String, password: String, role: String = "member") async throws
    -> (user: User, project: Project)
  {
    var change = ProjectChange()
    change.name = "\(name)-project"
    let project = try await cloud.identity.createProject(change, TestCallers.admin)
    var wanted = UserChange()
    wanted.name = name
    wanted.password = Secret(password)
    wanted.defaultProject = .to(project.id)
    let user = try await cloud.identity.createUser(wanted, TestCallers.admin)
    guard
      let role = try await cloud.identity.roles(TestCallers.admin).first(where: {
        $0.name == role
      })
    else { throw RoostError(.notFound, role) }
    try await cloud.identity.grant(
      RoleAssignment(user: user.id, project: project.id, role: role.id), TestCallers.admin)
    return (user, project)
  }
}
