// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON

/// A patch in Glance's dialect of RFC 6902: `add`, `replace` and `remove` of whole fields.
struct ImagePatch: Sendable {
  private enum Operation: Sendable {
    case add(String, JSONReader)
    case replace(String, JSONReader)
    case remove(String)
  }

  static let contentTypes = [
    "application/openstack-images-v2.1-json-patch", "application/openstack-images-v2.0-json-patch",
  ]
  private static let limit = 1024

  private let operations: [Operation]

  init(_ body: JSONReader) throws(RoostError) {
    var operations: [Operation] = []
    for entry in try body.asArray(maxCount: Self.limit) {
      let path = try entry.string("path", maxLength: 1024)
      guard path.hasPrefix("/"), !path.dropFirst().contains("/"), path.utf8.count > 1 else {
        throw RoostError(
          .badRequest, "path: expected \"/\" and a field's name, got \"\(path.prefix(80))\".",
          field: "path")
      }
      // RFC 6901, in this order.
      let key = path.dropFirst().replacing("~1", with: "/").replacing("~0", with: "~")
      switch try entry.choice("op", of: ["add", "replace", "remove"]) {
      case "add": operations.append(.add(String(key), try entry.member("value")))
      case "replace": operations.append(.replace(String(key), try entry.member("value")))
      default: operations.append(.remove(String(key)))
      }
    }
    self.operations = operations
  }

  func apply(to image: inout Image) throws(RoostError) {
    for operation in operations {
      switch operation {
      case .add(let key, let value): try ImageFields.set(key, to: value, on: &image)
      case .remove(let key): try ImageFields.remove(key, from: &image)
      case .replace(let key, let value):
        // A field that is read-only is refused as such, before it is missed.
        var changed = image
        try ImageFields.set(key, to: value, on: &changed)
        guard ImageFields.has(key, image) else {
          throw RoostError(
            .conflict, "Property \(key.prefix(255)) does not exist.", field: key)
        }
        image = changed
      }
    }
  }
}
