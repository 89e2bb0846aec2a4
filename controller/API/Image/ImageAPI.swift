// SPDX-License-Identifier: Apache-2.0

import Base
public import Cloud
import CloudModel
import HTTPServer
import JSON

/// Glance's v2 API. Source of paths and shapes: Glance's API reference.
public struct ImageAPI: Sendable {
  let images: ImageService

  /// Serves the given images.
  public init(images: ImageService) {
    self.images = images
  }

  /// All routes below `/image`.
  public var routes: [Route] {
    versionRoutes + recordRoutes + fileRoutes + schemaRoutes
  }
}

extension RequestContext {
  /// The image a path names. Clients try names here too and expect 404.
  func imageID() throws(RoostError) -> ImageID {
    guard let id = ImageID(capture("image")) else {
      throw RoostError(.notFound, "No image found with ID \(capture("image").prefix(255))")
    }
    return id
  }
}

extension ImageAPI {
  var versionRoutes: [Route] {
    [
      Route("GET", "/", access: .open) { Self.versions($0) },
      Route("GET", "/versions", access: .open) { Self.versions($0) },
    ]
  }

  private static func versions(_ context: RequestContext) -> HTTPResponse {
    .json(300) { json in
      json.array("versions") { json in
        // Newest first, as Glance lists them; the gaps are versions of features not served.
        for (id, status) in [("v2.17", "CURRENT"), ("v2.2", "SUPPORTED"), ("v2.0", "SUPPORTED")] {
          json.object { json in
            json.field("id", id)
            json.field("status", status)
            json.links(("self", "\(context.baseURL)/v2/"))
          }
        }
      }
    }
  }
}
