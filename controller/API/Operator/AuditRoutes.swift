// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import Invariants
import JSON

extension OperatorAPI {
  var auditRoutes: [Route] {
    [
      Route("GET", "/v1/audit", access: .admin) { (context) throws(RoostError) in
        let report = try await cloud.audit(for: try context.caller())
        return .json { json in
          json.object("audit") { Self.write(&$0, report) }
        }
      }
    ]
  }

  private static func write(_ json: inout JSONWriter, _ report: AuditReport) {
    json.array("findings") { json in
      for finding in report.findings {
        json.object {
          $0.field("kind", finding.kind.rawValue)
          $0.field("node_id", finding.node)
          $0.field("instance_id", finding.instance)
          $0.field("text", finding.text)
          $0.field("remedy", finding.kind.remedy)
        }
      }
    }
    json.array("surveyed") { json in
      for node in report.surveyed { json.object { write(&$0, node) } }
    }
    json.array("unreachable") { json in
      for (node, reason) in report.unreachable {
        json.object {
          write(&$0, node)
          $0.field("reason", reason)
        }
      }
    }
    NodeShape.write(&json, report.orphans)
  }

  private static func write(_ json: inout JSONWriter, _ node: Node) {
    json.field("id", node.id)
    json.field("name", node.hostName)
  }
}
