// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension IdentityAPI {
  var roleRoutes: [Route] {
    [
      Route("GET", "/v3/roles") { (context) throws(RoostError) in
        var roles: [Role] = []
        // Roles belong to no domain; one asked for has none.
        if context.query("domain_id") == nil {
          for role in try await identity.roles(try context.caller())
          where try context.fits(name: role.name) {
            roles.append(role)
          }
        }
        return Keystone.list("roles", roles, context) { Keystone.write(&$0, $1, context) }
      },
      Route("POST", "/v3/roles") { (context) throws(RoostError) in
        let body = try context.json("role")
        let role = try await identity.createRole(
          name: try body.string("name"),
          description: try body.optionalString("description", allowEmpty: true),
          try context.caller())
        return show(201, role, context)
      },
      Route("GET", "/v3/roles/{role}") { (context) throws(RoostError) in
        let id: RoleID = try context.identityID("role", of: "role")
        return show(200, try await identity.role(id, try context.caller()), context)
      },
      Route("PATCH", "/v3/roles/{role}") { (context) throws(RoostError) in
        let id: RoleID = try context.identityID("role", of: "role")
        let body = try context.json("role")
        let role = try await identity.updateRole(
          id, name: try body.optionalString("name"),
          description: try body.optionalString("description", allowEmpty: true),
          try context.caller())
        return show(200, role, context)
      },
      Route("DELETE", "/v3/roles/{role}") { (context) throws(RoostError) in
        let id: RoleID = try context.identityID("role", of: "role")
        try await identity.deleteRole(id, try context.caller())
        return .empty()
      },
    ]
  }

  private func show(_ status: Int, _ role: Role, _ context: RequestContext) -> HTTPResponse {
    .json(status) { $0.object("role") { Keystone.write(&$0, role, context) } }
  }
}
