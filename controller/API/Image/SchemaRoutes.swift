// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import JSON

// JSON schemas of what the API gives. Clients read them to tell Glance's fields from a user's
// properties; the keys matter, the rest is for people.
extension ImageAPI {
  var schemaRoutes: [Route] {
    [
      Route("GET", "/v2/schemas/image") { _ in .json { Self.imageSchema(&$0) } },
      Route("GET", "/v2/schemas/images") { _ in
        .json { json in
          json.field("name", "images")
          json.object("properties") { json in
            json.object("images") { json in
              json.field("type", "array")
              json.object("items") { Self.imageSchema(&$0) }
            }
            for key in ["first", "next", "schema"] {
              json.object(key) { $0.field("type", "string") }
            }
          }
          json.links(("first", "{first}"), ("next", "{next}"), ("describedby", "{schema}"))
        }
      },
    ]
  }

  /// Name, JSON type, whether null is allowed, whether only Roost sets it.
  private static let fields: [(name: String, type: String, nullable: Bool, readOnly: Bool)] = [
    ("id", "string", false, false), ("name", "string", true, false),
    ("status", "string", false, true), ("visibility", "string", false, false),
    ("protected", "boolean", false, false), ("os_hidden", "boolean", false, false),
    ("owner", "string", true, false), ("disk_format", "string", true, false),
    ("container_format", "string", true, false), ("min_disk", "integer", false, false),
    ("min_ram", "integer", false, false), ("size", "integer", true, true),
    ("virtual_size", "integer", true, true), ("checksum", "string", true, true),
    ("os_hash_algo", "string", true, true), ("os_hash_value", "string", true, true),
    ("tags", "array", false, false), ("created_at", "string", false, true),
    ("updated_at", "string", false, true), ("self", "string", false, true),
    ("file", "string", false, true), ("schema", "string", false, true),
  ]

  private static func imageSchema(_ json: inout JSONWriter) {
    json.field("name", "image")
    json.object("properties") { json in
      for field in fields {
        json.object(field.name) { json in
          if field.nullable {
            json.array("type") {
              $0.value("null")
              $0.value(field.type)
            }
          } else {
            json.field("type", field.type)
          }
          if field.readOnly { json.field("readOnly", true) }
          switch field.name {
          case "disk_format": json.enumeration(ImageFields.diskFormats)
          case "container_format": json.enumeration(ImageFields.containerFormats)
          case "tags": json.object("items") { $0.field("type", "string") }
          default: break
          }
        }
      }
    }
    json.object("additionalProperties") { $0.field("type", "string") }
    json.links(("self", "{self}"), ("enclosure", "{file}"), ("describedby", "{schema}"))
  }
}

extension JSONWriter {
  fileprivate mutating func enumeration(_ words: [String]) {
    array("enum") { json in
      json.null()
      for word in words { json.value(word) }
    }
  }
}
