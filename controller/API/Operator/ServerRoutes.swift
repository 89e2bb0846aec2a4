// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension OperatorAPI {
  var serverRoutes: [Route] {
    [
      Route("GET", "/v1/servers", access: .admin) { (context) throws(RoostError) in
        let views = try await cloud.servers(
          allProjects: true, deleted: false, for: try context.caller())
        let name = context.query("name")
        return .json { json in
          json.array("servers") { json in
            for view in views where name == nil || view.instance.name == name {
              json.object { Self.write(&$0, view.instance, host: view.host) }
            }
          }
        }
      },
      Route("GET", "/v1/servers/{server}/placement", access: .admin) {
        (context) throws(RoostError) in
        let id: InstanceID = try context.id("server", of: "Instance")
        let reason = try await cloud.placementReason(of: id, for: try context.caller())
        return .json { json in
          json.object("placement") {
            $0.object("server") { Self.write(&$0, reason.instance, host: reason.host) }
            $0.field("explanation", reason.text)
            $0.field("fault", reason.instance.fault?.message)
          }
        }
      },
    ]
  }

  private static func write(_ json: inout JSONWriter, _ instance: Instance, host: String?) {
    json.field("id", instance.id)
    json.field("name", instance.name)
    json.field("project_id", instance.project.hex)
    json.field("status", instance.status.rawValue)
    json.field("node_id", instance.node)
    json.field("node_name", host)
  }
}
