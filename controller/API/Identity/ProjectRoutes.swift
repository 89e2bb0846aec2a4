// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension IdentityAPI {
  var projectRoutes: [Route] {
    [
      Route("GET", "/v3/projects") { (context) throws(RoostError) in
        var projects: [Project] = []
        for project in try await identity.projects(try context.caller())
        where try context.fits(name: project.name, isEnabled: project.isEnabled) {
          projects.append(project)
        }
        return Keystone.list("projects", projects, context) { Keystone.write(&$0, $1, context) }
      },
      Route("POST", "/v3/projects") { (context) throws(RoostError) in
        let change = try Self.projectChange(context)
        return show(201, try await identity.createProject(change, try context.caller()), context)
      },
      Route("GET", "/v3/projects/{project}") { (context) throws(RoostError) in
        let id: ProjectID = try context.identityID("project", of: "project")
        return show(200, try await identity.project(id, try context.caller()), context)
      },
      Route("PATCH", "/v3/projects/{project}") { (context) throws(RoostError) in
        let id: ProjectID = try context.identityID("project", of: "project")
        let change = try Self.projectChange(context)
        return show(
          200, try await identity.updateProject(id, change, try context.caller()), context)
      },
      Route("DELETE", "/v3/projects/{project}") { (context) throws(RoostError) in
        let id: ProjectID = try context.identityID("project", of: "project")
        try await identity.deleteProject(id, try context.caller())
        return .empty()
      },
    ]
  }

  private func show(_ status: Int, _ project: Project, _ context: RequestContext) -> HTTPResponse {
    .json(status) { $0.object("project") { Keystone.write(&$0, project, context) } }
  }

  private static func projectChange(_ context: RequestContext) throws(RoostError) -> ProjectChange {
    let body = try context.json("project")
    try requireDefaultDomain(body)
    if try body.optionalBool("is_domain") == true {
      throw RoostError(
        .forbidden, "project.is_domain: there is only the domain default.",
        field: "project.is_domain")
    }
    if let parent = try body.optionalString("parent_id"), parent != Keystone.domainID {
      throw RoostError(
        .forbidden, "project.parent_id: projects can't be nested; only \"default\" is allowed.",
        field: "project.parent_id")
    }
    var change = ProjectChange()
    change.name = try body.optionalString("name", maxLength: 64)
    change.description = try body.optionalString("description", maxLength: 65_535, allowEmpty: true)
    change.isEnabled = try body.optionalBool("enabled")
    return change
  }
}

/// Refuses any domain but the one there is.
func requireDefaultDomain(_ body: JSONReader) throws(RoostError) {
  guard let id = try body.optionalString("domain_id"), id != Keystone.domainID else { return }
  throw RoostError(
    .notFound, "Could not find domain: \(id.prefix(64)).", field: "\(body.path).domain_id")
}
