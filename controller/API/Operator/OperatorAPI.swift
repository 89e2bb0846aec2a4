// SPDX-License-Identifier: Apache-2.0

import Base
public import Cloud
import CloudModel
import HTTPServer
import JSON

/// Roost's own API for operators, at `/operator/v1`. What OpenStack's APIs have no word for.
///
/// Every route but the version documents needs the admin role. Objects gain fields over time;
/// clients pass over those they do not know.
public struct OperatorAPI: Sendable {
  let cloud: Cloud

  /// Serves the cloud's fleet.
  public init(cloud: Cloud) {
    self.cloud = cloud
  }

  /// All routes below `/operator`.
  public var routes: [Route] {
    versionRoutes + nodeRoutes + enrolmentRoutes + auditRoutes + serverRoutes
  }

  private var versionRoutes: [Route] {
    [
      Route("GET", "/", access: .open) { context in
        .json { json in
          json.array("versions") { $0.object { Self.version(&$0, context) } }
        }
      },
      Route("GET", "/v1", access: .open) { context in
        .json { $0.object("version") { Self.version(&$0, context) } }
      },
    ]
  }

  private static func version(_ json: inout JSONWriter, _ context: RequestContext) {
    json.field("id", "v1")
    json.field("status", "CURRENT")
    json.links(("self", "\(context.baseURL)/v1/"))
  }
}
