// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import JSON

extension IdentityAPI {
  var versionRoutes: [Route] {
    [
      Route("GET", "/", access: .open) { context in
        .json(300, headers: [("Location", "\(context.baseURL)/v3/")]) { json in
          json.object("versions") { json in
            json.array("values") { $0.object { Self.version(&$0, context) } }
          }
        }
      },
      Route("GET", "/v3", access: .open) { context in
        .json { $0.object("version") { Self.version(&$0, context) } }
      },
    ]
  }

  private static func version(_ json: inout JSONWriter, _ context: RequestContext) {
    json.field("id", "v3.14")
    json.field("status", "stable")
    json.field("updated", "2020-04-07T00:00:00Z")
    json.links(("self", "\(context.baseURL)/v3/"))
    json.array("media-types") {
      $0.object {
        $0.field("base", "application/json")
        $0.field("type", "application/vnd.openstack.identity-v3+json")
      }
    }
  }
}
