// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON

/// Glance's shape of an image.
enum ImageShape {
  static func response(_ status: Int, _ image: Image, _ context: RequestContext) -> HTTPResponse {
    let location = "\(context.baseURL)/v2/images/\(image.id)"
    return .json(status, headers: status == 201 ? [("Location", location)] : []) {
      write(&$0, image)
    }
  }

  static func write(_ json: inout JSONWriter, _ image: Image) {
    for property in image.properties { json.field(property.key, property.value) }
    json.field("id", image.id)
    json.field("name", image.name)
    json.field("status", image.status.rawValue)
    json.field("visibility", image.visibility.rawValue)
    json.field("protected", image.isProtected)
    json.field("os_hidden", image.isHidden)
    json.field("owner", image.owner.hex)
    json.field("disk_format", image.diskFormat)
    json.field("container_format", image.containerFormat)
    json.field("min_disk", image.minDiskGB)
    json.field("min_ram", image.minMemoryMB)
    json.field("size", image.content?.size)
    json.field("virtual_size", image.content?.virtualSize)
    json.field("checksum", image.content?.md5)
    json.field("os_hash_algo", image.content == nil ? nil : "sha512")
    json.field("os_hash_value", image.content?.sha512)
    json.array("tags") { for tag in image.tags { $0.value(tag) } }
    json.field("created_at", image.createdAt.iso8601)
    json.field("updated_at", image.updatedAt.iso8601)
    json.field("self", "/v2/images/\(image.id)")
    json.field("file", "/v2/images/\(image.id)/file")
    json.field("schema", "/v2/schemas/image")
  }
}
