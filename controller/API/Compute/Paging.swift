// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPServer
import JSON

/// One page of a list: `limit` and `marker` as Nova reads them.
struct Page<Element> {
  let elements: [Element]
  /// The URL of the next page; nil when this is the last.
  let next: String?
  /// Elements of the largest page, and of one without a limit or with limit 0.
  private static var largest: Int { 1000 }

  /// - Parameters:
  ///   - path: below `/v2.1`, for the next page's URL.
  ///   - id: what a marker names.
  /// - Throws: `badRequest` for a marker that names nothing in the list.
  init(
    of all: [Element], _ context: RequestContext, path: String, id: (Element) -> String
  ) throws(RoostError) {
    let asked = try context.queryInteger("limit", in: 0...Int.max) ?? 0
    let limit = asked == 0 ? Self.largest : min(asked, Self.largest)
    var rest = all[...]
    if let marker = context.query("marker") {
      guard let place = all.firstIndex(where: { id($0) == marker }) else {
        throw RoostError(
          .badRequest, "marker [\(marker.prefix(255))] not found", field: "marker")
      }
      rest = all[(place + 1)...]
    }
    elements = Array(rest.prefix(limit))
    guard elements.count == limit, let last = elements.last else {
      next = nil
      return
    }
    var query = context.head.query.filter { $0.name != "marker" }
    query.append((name: "marker", value: id(last)))
    next = context.selfLink(path) + queryText(query)
  }

  /// Writes the link to the next page, if there is one.
  func writeLinks(_ json: inout JSONWriter, _ key: String) {
    guard let next else { return }
    json.links(named: key, ("next", next))
  }
}
