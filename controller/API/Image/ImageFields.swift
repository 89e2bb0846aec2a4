// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON

/// Sets fields of an image from a request: the body of a POST and the values of a patch.
enum ImageFields {
  static let diskFormats = ["qcow2", "raw"]
  static let containerFormats = ["bare"]
  private static let propertyLimit = 128
  private static let tagLimit = 128
  private static let number: ClosedRange<Int64> = 0...2_147_483_647

  /// Fields that nobody sets.
  private static let readOnly = [
    "status", "checksum", "os_hash_algo", "os_hash_value", "size", "virtual_size", "created_at",
    "updated_at", "self", "file", "schema", "direct_url", "locations", "deleted", "deleted_at",
  ]
  /// Fields that are there always.
  private static let base = [
    "id", "name", "visibility", "protected", "os_hidden", "owner", "disk_format",
    "container_format", "min_disk", "min_ram", "tags",
  ]

  /// Sets one field; what is no field of Glance's is a property of the user's.
  static func set(_ key: String, to value: JSONReader, on image: inout Image) throws(RoostError) {
    switch key {
    case "name":
      image.name = try optional(value) { (value) throws(RoostError) in
        try value.asString(allowEmpty: true)
      }
    case "visibility":
      let word = try value.asChoice(Image.Visibility.allCases.map(\.rawValue))
      image.visibility = Image.Visibility(rawValue: word) ?? image.visibility
    case "protected": image.isProtected = try value.asBool()
    case "os_hidden": image.isHidden = try value.asBool()
    case "owner": image.owner = try value.asID()
    case "disk_format":
      image.diskFormat = try optional(value) { (value) throws(RoostError) in
        try value.asChoice(diskFormats)
      }
    case "container_format":
      image.containerFormat = try optional(value) { (value) throws(RoostError) in
        try value.asChoice(containerFormats)
      }
    case "min_disk": image.minDiskGB = try value.asInteger(in: number)
    case "min_ram": image.minMemoryMB = try value.asInteger(in: number)
    case "tags": image.tags = try tags(value)
    default: try setProperty(key, to: value, on: &image)
    }
  }

  /// Removes a property.
  ///
  /// - Throws: `.forbidden` for a field of Glance's, `.conflict` for what is not there.
  static func remove(_ key: String, from image: inout Image) throws(RoostError) {
    guard !base.contains(key), !readOnly.contains(key) else {
      throw RoostError(.forbidden, "Property \(key) may not be removed.", field: key)
    }
    guard image.properties.contains(where: { $0.key == key }) else {
      throw RoostError(
        .conflict, "Property \(key.prefix(255)) does not exist.", field: key)
    }
    image.properties.removeAll { $0.key == key }
  }

  /// Whether the field is there, be it null.
  static func has(_ key: String, _ image: Image) -> Bool {
    base.contains(key) || image.properties.contains { $0.key == key }
  }

  static func addTag(_ tag: String, to image: inout Image) throws(RoostError) {
    guard !tag.isEmpty, tag.utf8.count <= 255 else {
      throw RoostError(.badRequest, "tag: 1 to 255 bytes are allowed.", field: "tag")
    }
    if image.tags.contains(tag) { return }
    guard image.tags.count < tagLimit else {
      throw RoostError(
        .tooLarge, "tags: an image has at most \(tagLimit) tags.", field: "tags")
    }
    image.tags.append(tag)
  }

  private static func tags(_ value: JSONReader) throws(RoostError) -> [String] {
    var tags: [String] = []
    for element in try value.asArray(maxCount: tagLimit) {
      let tag = try element.asString()
      if !tags.contains(tag) { tags.append(tag) }
    }
    return tags
  }

  private static func optional<Value>(
    _ reader: JSONReader, _ read: (JSONReader) throws(RoostError) -> Value
  ) throws(RoostError) -> Value? {
    reader.value == .null ? nil : try read(reader)
  }

  private static func setProperty(
    _ key: String, to value: JSONReader, on image: inout Image
  ) throws(RoostError) {
    guard key != "id", !readOnly.contains(key) else {
      throw RoostError(.forbidden, "Attribute '\(key)' is read-only.", field: key)
    }
    guard !key.isEmpty, key.utf8.count <= 255 else {
      throw RoostError(.badRequest, "Property names have 1 to 255 bytes.")
    }
    let text = try value.asString(maxLength: 65_535, allowEmpty: true)
    if let place = image.properties.firstIndex(where: { $0.key == key }) {
      image.properties[place].value = text
      return
    }
    guard image.properties.count < propertyLimit else {
      throw RoostError(
        .tooLarge, "An image has at most \(propertyLimit) properties of its own.")
    }
    image.properties.append(Property(key, text))
    image.properties.sort { $0.key < $1.key }
  }
}
