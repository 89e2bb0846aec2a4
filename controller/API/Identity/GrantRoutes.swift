// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension IdentityAPI {
  private static let grantPath = "/v3/projects/{project}/users/{user}/roles"

  var grantRoutes: [Route] {
    [
      Route("GET", Self.grantPath) { (context) throws(RoostError) in
        let user: UserID = try context.identityID("user", of: "user")
        let project: ProjectID = try context.identityID("project", of: "project")
        let caller = try context.caller()
        let roles = try await identity.assignments(
          user: user, project: project, role: nil, caller
        ).map(\.role)
        return Keystone.list("roles", roles, context) { Keystone.write(&$0, $1, context) }
      },
      Route("PUT", "\(Self.grantPath)/{role}") { (context) throws(RoostError) in
        try await identity.grant(try Self.assignment(context), try context.caller())
        return .empty()
      },
      // HEAD is answered by this too.
      Route("GET", "\(Self.grantPath)/{role}") { (context) throws(RoostError) in
        let wanted = try Self.assignment(context)
        let found = try await identity.assignments(
          user: wanted.user, project: wanted.project, role: wanted.role, try context.caller())
        guard !found.isEmpty else {
          throw RoostError(
            .notFound, "Could not find role assignment with role: \(wanted.role.hex).")
        }
        return .empty()
      },
      Route("DELETE", "\(Self.grantPath)/{role}") { (context) throws(RoostError) in
        try await identity.revoke(try Self.assignment(context), try context.caller())
        return .empty()
      },
      Route("GET", "/v3/role_assignments") { (context) throws(RoostError) in
        try await listAssignments(context)
      },
    ]
  }

  private static func assignment(_ context: RequestContext) throws(RoostError) -> RoleAssignment {
    RoleAssignment(
      user: try context.identityID("user", of: "user"),
      project: try context.identityID("project", of: "project"),
      role: try context.identityID("role", of: "role"))
  }

  private func listAssignments(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let caller = try context.caller()
    let withNames = try context.queryFlag("include_names") ?? false
    var found: [NamedAssignment] = []
    // There are no groups, and no roles on domains or on the whole system: such filters find none.
    let others = ["group.id", "scope.domain.id", "scope.system"]
    if !others.contains(where: { context.query($0) != nil }),
      let user: UserID? = context.queryID("user.id"),
      let project: ProjectID? = context.queryID("scope.project.id"),
      let role: RoleID? = context.queryID("role.id")
    {
      found = try await identity.assignments(user: user, project: project, role: role, caller)
    }
    return Keystone.list("role_assignments", found, context) {
      Self.write(&$0, $1, context, withNames: withNames)
    }
  }

  private static func write(
    _ json: inout JSONWriter, _ assignment: NamedAssignment, _ context: RequestContext,
    withNames: Bool
  ) {
    let (user, project, role) = (assignment.user, assignment.project, assignment.role)
    json.object("links") {
      $0.field(
        "assignment",
        "\(context.baseURL)/v3/projects/\(project.id.hex)/users/\(user.id.hex)/roles/\(role.id.hex)"
      )
    }
    json.object("role") {
      $0.field("id", role.id.hex)
      if withNames { $0.field("name", role.name) }
    }
    json.object("user") {
      $0.field("id", user.id.hex)
      if withNames {
        $0.field("name", user.name)
        Keystone.domain(&$0)
      }
    }
    json.object("scope") {
      $0.object("project") {
        $0.field("id", project.id.hex)
        if withNames {
          $0.field("name", project.name)
          Keystone.domain(&$0)
        }
      }
    }
  }
}
