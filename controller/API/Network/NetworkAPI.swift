// SPDX-License-Identifier: Apache-2.0

import Base
public import Cloud
import CloudModel
import HTTPServer
import JSON

/// Neutron's v2.0 API. Source of paths and shapes: Neutron's API reference and its answers.
public struct NetworkAPI: Sendable {
  let cloud: Cloud

  /// Serves the cloud's networks.
  public init(cloud: Cloud) {
    self.cloud = cloud
  }

  /// All routes below `/network`.
  public var routes: [Route] {
    versionRoutes + extensionRoutes + networkRoutes + subnetRoutes + portRoutes
      + securityGroupRoutes
  }
}

extension NetworkAPI {
  var versionRoutes: [Route] {
    [
      Route("GET", "/", access: .open) { context in
        .json { json in
          json.array("versions") { json in
            json.object { json in
              json.field("id", "v2.0")
              json.field("status", "CURRENT")
              json.links(("self", "\(context.baseURL)/v2.0/"))
            }
          }
        }
      },
      // Behind the token check, as with Neutron.
      Route("GET", "/v2.0", access: .token) { context in
        .json { json in
          json.array("resources") { json in
            for (name, collection) in Self.resources {
              json.object { json in
                json.links(("self", "\(context.baseURL)/v2.0/\(collection)"))
                json.field("name", name)
                json.field("collection", collection)
              }
            }
          }
        }
      },
    ]
  }

  private static let resources = [
    ("network", "networks"), ("subnet", "subnets"), ("port", "ports"),
    ("security_group", "security-groups"),
  ]
}
