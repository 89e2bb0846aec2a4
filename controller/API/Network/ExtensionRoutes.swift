// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

/// One of Neutron's named additions to its core API.
private struct NeutronExtension: Sendable {
  let alias: String
  let name: String
  let description: String
  /// When Neutron's authors last changed it.
  let updated: String

  /// Only what is truly served, for clients choose by it.
  static let served = [
    NeutronExtension(
      alias: "binding", name: "Port Binding",
      description: "Expose port bindings of a virtual port to external application",
      updated: "2014-02-03T10:00:00-00:00"),
    NeutronExtension(
      alias: "filter-validation", name: "Filter parameters validation",
      description: "Provides validation on filter parameters.",
      updated: "2018-03-21T10:00:00-00:00"),
    NeutronExtension(
      alias: "net-mtu", name: "Network MTU",
      description: "Provides MTU attribute for a network resource.",
      updated: "2015-03-25T10:00:00-00:00"),
    NeutronExtension(
      alias: "pagination", name: "Pagination support",
      description: "Extension that indicates that pagination is enabled.",
      updated: "2016-06-12T00:00:00-00:00"),
    NeutronExtension(
      alias: "project-id", name: "project_id field enabled",
      description: "Extension that indicates that project_id field is enabled.",
      updated: "2016-09-09T09:09:09-09:09"),
    NeutronExtension(
      alias: "provider", name: "Provider Network",
      description: "Expose mapping of virtual networks to physical networks",
      updated: "2012-09-07T10:00:00-00:00"),
    NeutronExtension(
      alias: "sorting", name: "Sorting support",
      description: "Extension that indicates that sorting is enabled.",
      updated: "2016-06-12T00:00:00-00:00"),
    NeutronExtension(
      alias: "standard-attr-description", name: "standard-attr-description",
      description: "Extension to add descriptions to standard attributes",
      updated: "2016-02-10T10:00:00-00:00"),
    NeutronExtension(
      alias: "standard-attr-timestamp", name: "Resource timestamps",
      description: "Adds created_at and updated_at fields to all Neutron resources that have "
        + "Neutron standard attributes.", updated: "2016-09-12T10:00:00-00:00"),
  ]

  func write(_ json: inout JSONWriter) {
    json.field("name", name)
    json.field("alias", alias)
    json.field("description", description)
    json.field("updated", updated)
    json.array("links") { _ in }
  }
}

extension NetworkAPI {
  var extensionRoutes: [Route] {
    [
      Route("GET", "/v2.0/extensions") { _ in
        .json { json in
          json.array("extensions") { json in
            for served in NeutronExtension.served { json.object { served.write(&$0) } }
          }
        }
      },
      Route("GET", "/v2.0/extensions/{alias}") { (context) throws(RoostError) in
        let alias = context.capture("alias")
        guard let served = NeutronExtension.served.first(where: { $0.alias == alias }) else {
          throw RoostError(
            .notFound, "Extension with alias \(alias.prefix(255)) does not exist.")
        }
        return .json { $0.object("extension") { served.write(&$0) } }
      },
    ]
  }
}
