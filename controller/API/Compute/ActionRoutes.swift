// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// What was asked about a server, and what became of it.
  ///
  /// Source: nova/api/openstack/compute/instance_actions.py.
  var actionRoutes: [Route] {
    [
      Route("GET", "/v2.1/servers/{server}/os-instance-actions") {
        (context) throws(RoostError) in
        let actions = try await recordedActions(context)
        guard context.serves(58) else {
          return .json { json in
            json.array("instanceActions") { json in
              for action in actions { json.object { Self.writeAction(&$0, action, context) } }
            }
          }
        }
        let page = try Page(
          of: try Self.within(actions, context), context,
          path: "servers/\(try context.serverID())/os-instance-actions", id: \.requestID)
        return .json { json in
          json.array("instanceActions") { json in
            for action in page.elements { json.object { Self.writeAction(&$0, action, context) } }
          }
          page.writeLinks(&json, "links")
        }
      },
      Route("GET", "/v2.1/servers/{server}/os-instance-actions/{request}") {
        (context) throws(RoostError) in
        let id = context.capture("request")
        guard let action = try await recordedActions(context).first(where: { $0.requestID == id })
        else {
          throw RoostError(.notFound, "Action \(id.prefix(255)) not found")
        }
        let isAdmin = try context.caller().isAdmin
        return .json { json in
          json.object("instanceAction") { json in
            Self.writeAction(&json, action, context)
            // Before 2.51 only administrators saw the steps.
            guard isAdmin || context.serves(51) else { return }
            json.array("events") { json in
              for event in action.events {
                json.object {
                  Self.writeEvent(&$0, event, of: action, isAdmin: isAdmin, context)
                }
              }
            }
          }
        }
      },
    ]
  }

  /// A server's actions; from 2.21 on a deleted server's too.
  private func recordedActions(_ context: RequestContext) async throws(RoostError)
    -> [InstanceAction]
  {
    let id = try context.serverID()
    if !context.serves(21) { _ = try await cloud.server(id, for: try context.caller()) }
    return try await cloud.actions(of: id, for: try context.caller())
  }

  private static func within(_ actions: [InstanceAction], _ context: RequestContext)
    throws(RoostError) -> [InstanceAction]
  {
    try context.refuseUnknownQuery(
      since: 58,
      allowed: ["limit", "marker", "changes-since"] + (context.serves(66) ? ["changes-before"] : [])
    )
    let since = try context.queryTime("changes-since")
    let before = try context.queryTime("changes-before")
    if let since, let before, before < since {
      throw RoostError(
        .badRequest, "The value of changes-since must be less than or equal to changes-before.",
        field: "changes-since")
    }
    return actions.filter { action in
      if let since, action.updatedAt < since { return false }
      if let before, before < action.updatedAt { return false }
      return true
    }
  }

  private static func writeAction(
    _ json: inout JSONWriter, _ action: InstanceAction, _ context: RequestContext
  ) {
    json.field("action", action.action)
    json.field("instance_uuid", action.instance)
    json.field("request_id", action.requestID)
    json.field("user_id", action.user.hex)
    json.field("project_id", action.project.hex)
    json.field("start_time", action.startedAt.iso8601Zoneless)
    json.field("message", action.message)
    if context.serves(58) { json.field("updated_at", action.updatedAt.iso8601Zoneless) }
  }

  private static func writeEvent(
    _ json: inout JSONWriter, _ event: ActionEvent, of action: InstanceAction, isAdmin: Bool,
    _ context: RequestContext
  ) {
    json.field("event", event.name)
    json.field("start_time", event.startedAt.iso8601Zoneless)
    json.field("finish_time", event.finishedAt?.iso8601Zoneless)
    json.field("result", event.result)
    if isAdmin {
      json.null("traceback")
      if context.serves(62) { json.field("host", event.host) }
    }
    if context.serves(62) { json.field("hostId", opaqueHost(event.host, action.project)) }
    if isAdmin, context.serves(84) { json.field("details", event.details) }
  }
}
