// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON

/// One attribute of a resource: its name and how its value is made.
struct Attribute<Element>: Sendable {
  /// Who sees it.
  enum Audience: Sendable {
    case everyone
    case admin
  }

  let name: String
  let audience: Audience
  let value: @Sendable (Element) -> JSONValue

  init(
    _ name: String, for audience: Audience = .everyone,
    _ value: @escaping @Sendable (Element) -> JSONValue
  ) {
    self.name = name
    self.audience = audience
    self.value = value
  }
}

/// A kind of thing in Neutron's API as a table of attributes. Showing, `fields=`, filters and order
/// all read the same table.
struct Resource<Element>: Sendable {
  /// As in `{"network": …}`.
  let name: String
  /// As in `{"networks": […]}`.
  let collection: String
  /// Its path below `/v2.0`.
  let path: String
  let attributes: [Attribute<Element>]

  /// What the caller may see of it.
  func attributes(for context: RequestContext) throws(RoostError) -> [Attribute<Element>] {
    let isAdmin = try context.caller().isAdmin
    return attributes.filter { $0.audience == .everyone || isAdmin }
  }

  /// One element in its wrapper, with the attributes `fields=` asks for.
  func show(_ element: Element, _ context: RequestContext, status: Int = 200)
    throws(RoostError) -> HTTPResponse
  {
    let shown = Self.chosen(from: try attributes(for: context), context)
    return .json(status) { json in
      json.object(name) { Self.write(&$0, element, shown) }
    }
  }

  /// The page of a list that the query asks for.
  func list(_ elements: [Element], _ context: RequestContext) throws(RoostError)
    -> HTTPResponse
  {
    let visible = try attributes(for: context)
    let page = try Listing(context, visible).page(of: elements)
    let shown = Self.chosen(from: visible, context)
    return .json { json in
      json.array(collection) { json in
        for element in page.elements { json.object { Self.write(&$0, element, shown) } }
      }
      if let marker = page.nextMarker {
        let query = context.head.query.filter { $0.name != "marker" } + [("marker", marker)]
        json.links(
          named: "\(collection)_links",
          ("next", "\(context.baseURL)/v2.0/\(path)\(queryText(query))"))
      }
    }
  }

  private static func chosen(from visible: [Attribute<Element>], _ context: RequestContext)
    -> [Attribute<Element>]
  {
    // Neutron passes over names it does not know, and takes none as all.
    let fields = context.queries("fields").filter { !$0.isEmpty }
    return fields.isEmpty ? visible : visible.filter { fields.contains($0.name) }
  }

  private static func write(
    _ json: inout JSONWriter, _ element: Element, _ shown: [Attribute<Element>]
  ) {
    for attribute in shown { json.field(attribute.name, attribute.value(element)) }
  }
}
