// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  var serverRoutes: [Route] {
    [
      Route("POST", "/v2.1/servers") { (context) throws(RoostError) in
        try await createServers(context)
      },
      Route("GET", "/v2.1/servers") { (context) throws(RoostError) in
        let page = try await serverPage(context, path: "servers")
        return .json { json in
          json.array("servers") { json in
            for view in page.elements {
              json.object { ServerShape.writeName(&$0, view.instance, context) }
            }
          }
          page.writeLinks(&json, "servers_links")
        }
      },
      Route("GET", "/v2.1/servers/detail") { (context) throws(RoostError) in
        let page = try await serverPage(context, path: "servers/detail")
        let shape = try ServerShape(context, .listed)
        return .json { json in
          json.array("servers") { json in
            for view in page.elements { json.object { shape.write(&$0, view) } }
          }
          page.writeLinks(&json, "servers_links")
        }
      },
      Route("GET", "/v2.1/servers/{server}") { (context) throws(RoostError) in
        try await showServer(context, .shown)
      },
      Route("PUT", "/v2.1/servers/{server}") { (context) throws(RoostError) in
        let change = try ServerChange(context)
        try await cloud.updateServer(
          try context.serverID(), name: change.name, description: change.description,
          for: try context.caller())
        return try await showServer(context, .changed)
      },
      Route("DELETE", "/v2.1/servers/{server}") { (context) throws(RoostError) in
        try await cloud.deleteServer(try context.serverID(), for: try context.caller())
        return .empty()
      },
    ]
  }

  private func showServer(_ context: RequestContext, _ place: ServerShape.Place)
    async throws(RoostError) -> HTTPResponse
  {
    let view = try await cloud.server(try context.serverID(), for: try context.caller())
    let shape = try ServerShape(context, place)
    return .json { $0.object("server") { shape.write(&$0, view) } }
  }

  private func createServers(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let request = try ServerRequest(context)
    let created = try await cloud.createServers(request.draft, for: try context.caller())
    guard !request.wantsReservation, let first = created.servers.first else {
      return .json(202) { $0.field("reservation_id", created.reservationID) }
    }
    let groups =
      request.draft.securityGroups.isEmpty ? created.securityGroups : request.draft.securityGroups
    let path = "servers/\(first.id)"
    return .json(202, headers: [("Location", context.selfLink(path))]) { json in
      json.object("server") { json in
        json.field("id", first.id)
        json.links(path, context)
        json.field("OS-DCF:diskConfig", "MANUAL")
        json.array("security_groups") { json in
          for group in groups { json.object { $0.field("name", group) } }
        }
      }
    }
  }
}

extension RequestContext {
  /// The server that the path names.
  func serverID() throws(RoostError) -> InstanceID { try id("server", of: "Instance") }
}
