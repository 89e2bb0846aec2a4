// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

extension ComputeAPI {
  var versionRoutes: [Route] {
    [
      Route("GET", "/", access: .open) { (context) throws(RoostError) in
        .json { json in
          json.array("versions") { $0.object { Self.write(&$0, context, detailed: false) } }
        }
      },
      Route("GET", "/v2.1", access: .open) { (context) throws(RoostError) in
        .json { $0.object("version") { Self.write(&$0, context, detailed: true) } }
      },
    ]
  }

  private static func write(_ json: inout JSONWriter, _ context: RequestContext, detailed: Bool) {
    json.field("id", "v2.1")
    json.field("status", "CURRENT")
    json.field("version", "\(MicroversionRange.compute.newest)")
    json.field("min_version", "\(MicroversionRange.compute.oldest)")
    json.field("updated", "2013-07-23T11:33:21Z")
    json.links(("self", context.baseURL + "/v2.1/"))
    guard detailed else { return }
    json.array("media-types") {
      $0.object {
        $0.field("base", "application/json")
        $0.field("type", "application/vnd.openstack.compute+json;version=2.1")
      }
    }
  }
}
