// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension IdentityAPI {
  var userRoutes: [Route] {
    [
      Route("GET", "/v3/users") { (context) throws(RoostError) in
        var users: [User] = []
        for user in try await identity.users(try context.caller())
        where try context.fits(name: user.name, isEnabled: user.isEnabled) {
          users.append(user)
        }
        return Keystone.list("users", users, context) { Keystone.write(&$0, $1, context) }
      },
      Route("POST", "/v3/users") { (context) throws(RoostError) in
        let change = try Self.userChange(context)
        return show(201, try await identity.createUser(change, try context.caller()), context)
      },
      Route("GET", "/v3/users/{user}") { (context) throws(RoostError) in
        let id: UserID = try context.identityID("user", of: "user")
        return show(200, try await identity.user(id, try context.caller()), context)
      },
      Route("PATCH", "/v3/users/{user}") { (context) throws(RoostError) in
        let id: UserID = try context.identityID("user", of: "user")
        let change = try Self.userChange(context)
        return show(200, try await identity.updateUser(id, change, try context.caller()), context)
      },
      Route("DELETE", "/v3/users/{user}") { (context) throws(RoostError) in
        let id: UserID = try context.identityID("user", of: "user")
        try await identity.deleteUser(id, try context.caller())
        return .empty()
      },
      Route("POST", "/v3/users/{user}/password", access: .token) { (context) throws(RoostError) in
        let id: UserID = try context.identityID("user", of: "user")
        guard id == context.authentication?.user else {
          throw RoostError(.forbidden, "A user may change only its own password this way.")
        }
        let body = try context.json("user")
        try await identity.changePassword(
          of: id,
          from: Secret(try body.string("original_password", maxLength: 8192, allowEmpty: true)),
          to: Secret(try body.string("password", maxLength: 8192)))
        return .empty()
      },
      Route("GET", "/v3/users/{user}/projects") { (context) throws(RoostError) in
        let id: UserID = try context.identityID("user", of: "user")
        // Whoever may look at the user may look at its projects.
        _ = try await identity.user(id, try context.caller())
        let projects = try await identity.projects(of: id)
        return Keystone.list("projects", projects, context) { Keystone.write(&$0, $1, context) }
      },
    ]
  }

  private func show(_ status: Int, _ user: User, _ context: RequestContext) -> HTTPResponse {
    .json(status) { $0.object("user") { Keystone.write(&$0, user, context) } }
  }

  private static func userChange(_ context: RequestContext) throws(RoostError) -> UserChange {
    let body = try context.json("user")
    try requireDefaultDomain(body)
    var change = UserChange()
    change.name = try body.optionalString("name")
    change.password = try body.optionalString("password", maxLength: 8192).map { Secret($0) }
    change.isEnabled = try body.optionalBool("enabled")
    change.email = try setting(body, "email") { (body) throws(RoostError) in
      try body.asString(allowEmpty: true)
    }
    change.description = try setting(body, "description") { (body) throws(RoostError) in
      try body.asString(maxLength: 65_535, allowEmpty: true)
    }
    change.defaultProject = try setting(body, "default_project_id") { (body) throws(RoostError) in
      try body.asID()
    }
    return change
  }

  /// Absent keeps, null clears.
  private static func setting<Value>(
    _ body: JSONReader, _ key: String, _ read: (JSONReader) throws(RoostError) -> Value
  ) throws(RoostError) -> UserChange.Setting<Value>? {
    guard body.has(key) else { return nil }
    return body.isNull(key) ? .cleared : .to(try read(try body.member(key)))
  }
}
