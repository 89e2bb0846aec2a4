// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON

// A server carries its flavor as it was at creation, in one column.
extension Flavor {
  var copyJSON: JSONValue {
    var object = JSONObject()
    object["id"] = .string(id)
    object["name"] = .string(name)
    object["description"] = description.map { .string($0) } ?? .null
    object["vcpus"] = .integer(size.vcpus)
    object["memory_mb"] = .integer(size.memoryMB)
    object["root_gb"] = .integer(size.rootGB)
    object["ephemeral_gb"] = .integer(size.ephemeralGB)
    object["swap_mb"] = .integer(size.swapMB)
    object["rxtx_factor"] = .number(rxtxFactor)
    object["is_public"] = .bool(isPublic)
    object["extra_specs"] = propertiesJSON(extraSpecs)
    object["created_at"] = .integer(createdAt.microseconds)
    return .object(object)
  }

  init(copy json: JSONValue) throws(RoostError) {
    let reader = JSONReader(json, path: "flavor")
    self.init(
      id: try reader.string("id"), name: try reader.string("name"),
      description: try reader.optionalString("description", maxLength: 65_535, allowEmpty: true),
      size: FlavorSize(
        vcpus: try reader.integer("vcpus"), memoryMB: try reader.integer("memory_mb"),
        rootGB: try reader.integer("root_gb"), ephemeralGB: try reader.integer("ephemeral_gb"),
        swapMB: try reader.integer("swap_mb")),
      rxtxFactor: try reader.member("rxtx_factor").asNumber(),
      isPublic: try reader.bool("is_public"),
      extraSpecs: stringProperties(try reader.object("extra_specs").value),
      createdAt: Timestamp(microseconds: try reader.integer("created_at")), updatedAt: nil)
  }
}
