// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON

/// Keystone's shapes.
enum Keystone {
  static let domainID = "default"
  static let domainName = "Default"

  /// A collection with its links.
  static func list<Element>(
    _ key: String, _ elements: [Element], _ context: RequestContext,
    _ write: (inout JSONWriter, Element) -> Void
  ) -> HTTPResponse {
    .json { json in
      json.array(key) { json in
        for element in elements { json.object { write(&$0, element) } }
      }
      json.object("links") {
        $0.null("next")
        $0.field("self", context.rootURL + context.head.path)
        $0.null("previous")
      }
    }
  }

  static func domain(_ json: inout JSONWriter) {
    json.object("domain") {
      $0.field("id", domainID)
      $0.field("name", domainName)
    }
  }

  static func links(_ json: inout JSONWriter, _ context: RequestContext, _ path: String) {
    json.object("links") { $0.field("self", "\(context.baseURL)/v3/\(path)") }
  }

  static func write(_ json: inout JSONWriter, _ project: Project, _ context: RequestContext) {
    json.field("id", project.id.hex)
    json.field("name", project.name)
    json.field("domain_id", domainID)
    json.field("description", project.description)
    json.field("enabled", project.isEnabled)
    json.field("parent_id", domainID)
    json.field("is_domain", false)
    json.array("tags") { _ in }
    json.object("options") { _ in }
    links(&json, context, "projects/\(project.id.hex)")
  }

  static func write(_ json: inout JSONWriter, _ user: User, _ context: RequestContext) {
    json.field("id", user.id.hex)
    json.field("name", user.name)
    json.field("domain_id", domainID)
    json.field("enabled", user.isEnabled)
    json.null("password_expires_at")
    if let project = user.defaultProject { json.field("default_project_id", project.hex) }
    if let email = user.email { json.field("email", email) }
    if let description = user.description { json.field("description", description) }
    json.object("options") { _ in }
    links(&json, context, "users/\(user.id.hex)")
  }

  static func write(_ json: inout JSONWriter, _ role: Role, _ context: RequestContext) {
    json.field("id", role.id.hex)
    json.field("name", role.name)
    json.null("domain_id")
    json.field("description", role.description)
    json.object("options") { _ in }
    links(&json, context, "roles/\(role.id.hex)")
  }
}
