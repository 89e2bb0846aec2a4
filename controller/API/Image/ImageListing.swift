// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer

/// What a list of images asks for: filters, order and page.
struct ImageListing: Sendable {
  static let defaultLimit = 25
  static let largestLimit = 1000
  private static let controls = ["limit", "marker", "sort", "sort_key", "sort_dir"]

  private let filters: [(name: String, value: String)]
  private let order: [(key: String, ascending: Bool)]
  private let marker: ImageID?
  private let limit: Int
  private let project: ProjectID?
  private let isAdmin: Bool

  init(_ context: RequestContext) throws(RoostError) {
    let caller = try context.caller()
    project = caller.project
    isAdmin = caller.isAdmin
    filters = context.head.query.filter { !Self.controls.contains($0.name) }
    limit = min(
      try context.queryInteger("limit", in: 0...Int.max) ?? Self.defaultLimit, Self.largestLimit)
    marker = try context.query("marker").map { (text) throws(RoostError) in
      guard let id = ImageID(text) else { throw Self.badMarker(text) }
      return id
    }
    order = try Self.order(context)
  }

  /// The page, and whether more follow.
  func page(of images: [Image]) throws(RoostError) -> (images: [Image], hasMore: Bool) {
    var found: [Image] = []
    for image in images where try fits(image) { found.append(image) }
    // The store gives the newest first; a stable order keeps that within equals.
    found = found.enumerated().sorted { left, right in
      isBefore(left.element, right.element) ?? (left.offset < right.offset)
    }.map(\.element)
    if let marker {
      guard let place = found.firstIndex(where: { $0.id == marker }) else {
        throw Self.badMarker(marker.description)
      }
      found.removeFirst(place + 1)
    }
    return (Array(found.prefix(limit)), found.count > limit && limit > 0)
  }

  private static func badMarker(_ text: String) -> RoostError {
    RoostError(.badRequest, "marker: there is no image \(text.prefix(80)) here.", field: "marker")
  }

  private func fits(_ image: Image) throws(RoostError) -> Bool {
    if !filters.contains(where: { $0.name == "os_hidden" }), image.isHidden { return false }
    let isListed = image.visibility != .community || image.owner == project || isAdmin
    if !filters.contains(where: { $0.name == "visibility" }), !isListed { return false }
    for (name, value) in filters where try !fits(image, name, value) { return false }
    return true
  }

  private func fits(_ image: Image, _ name: String, _ value: String) throws(RoostError) -> Bool {
    switch name {
    case "id": return among(value, image.id.description)
    case "name": return among(value, image.name)
    case "status": return among(value, image.status.rawValue)
    case "container_format": return among(value, image.containerFormat)
    case "disk_format": return among(value, image.diskFormat)
    case "owner": return ProjectID(value) == image.owner
    case "tag": return image.tags.contains(value)
    case "protected": return try flag(name, value) == image.isProtected
    case "os_hidden": return try flag(name, value) == image.isHidden
    case "size_min": return try number(name, value) <= image.content?.size ?? 0
    case "size_max": return try number(name, value) >= image.content?.size ?? 0
    case "member_status": return true
    case "visibility":
      if value == "all" { return true }
      guard let wanted = Image.Visibility(rawValue: value) else {
        throw RoostError(
          .badRequest,
          "visibility: expected public, private, shared, community or all, got "
            + "\"\(value.prefix(40))\".", field: "visibility")
      }
      return image.visibility == wanted
    default:
      return image.properties.contains { $0.key == name && $0.value == value }
    }
  }

  /// `value` is one text, or `in:` and several, which may be quoted.
  private func among(_ value: String, _ found: String?) -> Bool {
    guard let found else { return false }
    guard value.hasPrefix("in:") else { return value == found }
    return value.dropFirst(3).split(separator: ",").contains {
      $0 == found || $0 == "\"\(found)\""
    }
  }

  private func flag(_ name: String, _ value: String) throws(RoostError) -> Bool {
    switch value.lowercased() {
    case "true": return true
    case "false": return false
    default:
      throw RoostError(
        .badRequest, "\(name): expected true or false, got \"\(value.prefix(40))\".", field: name)
    }
  }

  private func number(_ name: String, _ value: String) throws(RoostError) -> Int64 {
    guard let number = Int64(value), number >= 0 else {
      throw RoostError(
        .badRequest, "\(name): expected a number of bytes, got \"\(value.prefix(40))\".",
        field: name)
    }
    return number
  }
}

extension ImageListing {
  private static let sortKeys = [
    "name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at",
  ]

  private static func order(_ context: RequestContext) throws(RoostError) -> [(
    key: String, ascending: Bool
  )] {
    var pairs: [(String, String)] = []
    if let sort = context.query("sort") {
      for part in sort.split(separator: ",") {
        let words = part.split(separator: ":", maxSplits: 1).map { String($0) }
        pairs.append((words.first ?? "", words.dropFirst().first ?? "desc"))
      }
    } else {
      let directions = context.queries("sort_dir")
      for (place, key) in context.queries("sort_key").enumerated() {
        pairs.append(
          (key, place < directions.count ? directions[place] : directions.last ?? "desc"))
      }
    }
    var order: [(key: String, ascending: Bool)] = []
    for (key, direction) in pairs {
      guard sortKeys.contains(key), ["asc", "desc"].contains(direction) else {
        throw RoostError(
          .badRequest,
          "sort: expected one of \(sortKeys.joined(separator: ", ")) with asc or desc, got "
            + "\"\(key.prefix(40)):\(direction.prefix(40))\".", field: "sort")
      }
      order.append((key, direction == "asc"))
    }
    return order
  }

  /// Nil where the order leaves the two alike.
  private func isBefore(_ left: Image, _ right: Image) -> Bool? {
    for (key, ascending) in order {
      let comparison: Bool? =
        switch key {
        case "name": less(left.name ?? "", right.name ?? "")
        case "status": less(left.status.rawValue, right.status.rawValue)
        case "container_format": less(left.containerFormat ?? "", right.containerFormat ?? "")
        case "disk_format": less(left.diskFormat ?? "", right.diskFormat ?? "")
        case "size": less(left.content?.size ?? 0, right.content?.size ?? 0)
        case "id": less(left.id, right.id)
        case "updated_at": less(left.updatedAt, right.updatedAt)
        default: less(left.createdAt, right.createdAt)
        }
      if let comparison { return comparison == ascending }
    }
    return nil
  }

  private func less<Value: Comparable>(_ left: Value, _ right: Value) -> Bool? {
    left == right ? nil : left < right
  }
}
