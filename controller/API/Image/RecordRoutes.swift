// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ImageAPI {
  var recordRoutes: [Route] {
    [
      Route("GET", "/v2/images") { (context) throws(RoostError) in
        let listing = try ImageListing(context)
        let all = try await images.images(try context.caller())
        return Self.list(try listing.page(of: all), context)
      },
      Route("POST", "/v2/images") { (context) throws(RoostError) in
        try await create(context)
      },
      Route("GET", "/v2/images/{image}") { (context) throws(RoostError) in
        let image = try await images.image(try context.imageID(), try context.caller())
        return ImageShape.response(200, image, context)
      },
      Route("PATCH", "/v2/images/{image}") { (context) throws(RoostError) in
        let id = try context.imageID()
        try context.requireContentType(ImagePatch.contentTypes[0], ImagePatch.contentTypes[1])
        let patch = try ImagePatch(try JSONReader(parsing: context.bytes))
        let image = try await images.update(id, try context.caller()) {
          (image) throws(RoostError) in
          try patch.apply(to: &image)
        }
        return ImageShape.response(200, image, context)
      },
      Route("DELETE", "/v2/images/{image}") { (context) throws(RoostError) in
        try await images.delete(try context.imageID(), try context.caller())
        return .empty()
      },
      Route("PUT", "/v2/images/{image}/tags/{tag}") { (context) throws(RoostError) in
        let tag = context.capture("tag")
        _ = try await images.update(try context.imageID(), try context.caller()) {
          (image) throws(RoostError) in
          try ImageFields.addTag(tag, to: &image)
        }
        return .empty()
      },
      Route("DELETE", "/v2/images/{image}/tags/{tag}") { (context) throws(RoostError) in
        let tag = context.capture("tag")
        _ = try await images.update(try context.imageID(), try context.caller()) {
          (image) throws(RoostError) in
          guard let place = image.tags.firstIndex(of: tag) else {
            throw RoostError(.notFound, "The image has no tag \(tag.prefix(255)).")
          }
          image.tags.remove(at: place)
        }
        return .empty()
      },
    ]
  }

  private func create(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let body = try context.json()
    let id = try body.optionalID("id", as: ImageID.self)
    let entries = try body.entries()
    let image = try await images.create(id: id, try context.caller()) {
      (image) throws(RoostError) in
      for (key, value) in entries where key != "id" {
        try ImageFields.set(key, to: value, on: &image)
      }
    }
    return ImageShape.response(201, image, context)
  }

  private static func list(_ page: (images: [Image], hasMore: Bool), _ context: RequestContext)
    -> HTTPResponse
  {
    let query = context.head.query.filter { $0.name != "marker" }
    return .json { json in
      json.array("images") { json in
        for image in page.images { json.object { ImageShape.write(&$0, image) } }
      }
      json.field("first", "/v2/images" + queryText(query))
      if page.hasMore, let last = page.images.last {
        json.field("next", "/v2/images" + queryText(query + [("marker", last.id.description)]))
      }
      json.field("schema", "/v2/schemas/images")
    }
  }
}
