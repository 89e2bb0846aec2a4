// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

/// What a list in Neutron's API asks for: filters, order and page.
///
/// Several values of one attribute are alternatives; several attributes must all fit. Source:
/// Neutron's API reference, "Filtering and Column Selection".
struct Listing<Element> {
  private static var controls: [String] {
    ["fields", "limit", "marker", "sort_key", "sort_dir"]
  }

  private let attributes: [Attribute<Element>]
  private let filters: [(attribute: Attribute<Element>, values: [String])]
  private let order: [(attribute: Attribute<Element>, ascending: Bool)]
  private let marker: String?
  private let limit: Int?

  /// - Parameter attributes: those the caller may see.
  init(_ context: RequestContext, _ attributes: [Attribute<Element>]) throws(RoostError) {
    self.attributes = attributes
    filters = try Self.filters(context, attributes)
    order = try Self.order(context, attributes)
    marker = context.query("marker")
    // Neutron takes 0 as no limit.
    limit = try context.queryInteger("limit", in: 0...Int.max).flatMap { $0 > 0 ? $0 : nil }
  }

  /// The page, and the marker of the next when the page is full.
  func page(of elements: [Element]) throws(RoostError) -> (
    elements: [Element], nextMarker: String?
  ) {
    var found = elements.filter(fits)
    if !order.isEmpty {
      // Equals stay in order of creation.
      found = found.enumerated().sorted { left, right in
        isBefore(left.element, right.element) ?? (left.offset < right.offset)
      }.map(\.element)
    }
    if let marker {
      guard let place = found.firstIndex(where: { id(of: $0) == marker }) else {
        throw RoostError(
          .badRequest, "marker: there is no \(marker.prefix(80)) in this list.", field: "marker")
      }
      found.removeFirst(place + 1)
    }
    guard let limit else { return (found, nil) }
    let page = Array(found.prefix(limit))
    return (page, page.count == limit ? page.last.flatMap(id) : nil)
  }

  private func id(of element: Element) -> String? {
    attributes.first { $0.name == "id" }?.value(element).text
  }

  private func fits(_ element: Element) -> Bool {
    filters.allSatisfy { attribute, values in
      let value = attribute.value(element)
      return values.contains { Self.fits(value, $0) }
    }
  }

  private func isBefore(_ left: Element, _ right: Element) -> Bool? {
    for (attribute, ascending) in order {
      let (a, b) = (attribute.value(left), attribute.value(right))
      if Self.isLess(a, b) { return ascending }
      if Self.isLess(b, a) { return !ascending }
    }
    return nil
  }
}

extension Listing {
  private static func filters(_ context: RequestContext, _ attributes: [Attribute<Element>])
    throws(RoostError) -> [(attribute: Attribute<Element>, values: [String])]
  {
    var filters: [(attribute: Attribute<Element>, values: [String])] = []
    for (name, value) in context.head.query where !controls.contains(name) {
      if let place = filters.firstIndex(where: { $0.attribute.name == name }) {
        filters[place].values.append(value)
      } else {
        filters.append((try find(name, attributes, for: "filtering"), [value]))
      }
    }
    return filters
  }

  private static func order(_ context: RequestContext, _ attributes: [Attribute<Element>])
    throws(RoostError) -> [(attribute: Attribute<Element>, ascending: Bool)]
  {
    let (keys, directions) = (context.queries("sort_key"), context.queries("sort_dir"))
    guard keys.count == directions.count || directions.isEmpty else {
      throw RoostError(
        .badRequest, "The number of sort_keys and sort_dirs must be same.", field: "sort_dir")
    }
    var order: [(attribute: Attribute<Element>, ascending: Bool)] = []
    for (place, key) in keys.enumerated() {
      let direction = directions.isEmpty ? "asc" : directions[place]
      guard ["asc", "desc"].contains(direction) else {
        throw RoostError(
          .badRequest, "sort_dir: expected asc or desc, got \"\(direction.prefix(40))\".",
          field: "sort_dir")
      }
      order.append((try find(key, attributes, for: "sorting"), direction == "asc"))
    }
    return order
  }

  private static func find(_ name: String, _ attributes: [Attribute<Element>], for use: String)
    throws(RoostError) -> Attribute<Element>
  {
    guard let attribute = attributes.first(where: { $0.name == name }) else {
      throw RoostError(
        .badRequest,
        "'\(name.prefix(80))' is an invalid attribute for \(use); allowed are "
          + "\(attributes.map(\.name).sorted().joined(separator: ", ")).", field: name)
    }
    return attribute
  }

  /// Whether an attribute's value is what a filter's text says. A list fits if an element does; in
  /// a list of objects the text is `key=value`, as in `fixed_ips=ip_address=10.0.0.5`.
  private static func fits(_ value: JSONValue, _ text: String) -> Bool {
    switch value {
    case .null: return text.isEmpty || text == "None" || text == "null"
    case .bool(let flag):
      return (try? JSONReader(.string(text)).asBool(lenient: true)) == flag
    case .integer(let number): return Int64(text) == number
    case .number(let number): return Double(text) == number
    case .string(let found): return found == text || isSameID(found, text)
    case .array(let elements): return elements.contains { fits($0, text) }
    case .object(let members):
      guard let split = text.firstIndex(of: "="), let member = members[String(text[..<split])]
      else { return false }
      return fits(member, String(text[text.index(after: split)...]))
    }
  }

  /// Projects are written without hyphens; clients may ask with them.
  private static func isSameID(_ found: String, _ text: String) -> Bool {
    guard found.utf8.count == 32 || found.utf8.count == 36,
      let left = ProjectID(found), let right = ProjectID(text)
    else { return false }
    return left == right
  }

  private static func isLess(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): false
    case (.null, _): true
    case (.bool(let a), .bool(let b)): !a && b
    case (.integer(let a), .integer(let b)): a < b
    case (.string(let a), .string(let b)): a < b
    default: false
    }
  }
}
