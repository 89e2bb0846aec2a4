// SPDX-License-Identifier: Apache-2.0

/// Finds the route of a request. Patterns are grouped by length; literals go before captures.
struct RouteTable: Sendable {
  private let byLength: [Int: [Route]]

  enum Match {
    case found(Route, captures: [String: String])
    /// The path is known, the method is not; these are.
    case otherMethods([String])
    case unknown
  }

  init(_ routes: [Route]) {
    // A stable order: the more literal pattern first, then as given.
    let ordered = routes.enumerated().sorted { left, right in
      let (a, b) = (left.element.pattern.specificity, right.element.pattern.specificity)
      return a == b ? left.offset < right.offset : a.lexicographicallyPrecedes(b)
    }
    byLength = Dictionary(grouping: ordered.map(\.element), by: \.pattern.count)
  }

  /// - Parameter version: nil where the service has no microversions, or before it is known.
  func match(_ method: String, _ path: [String], version: Microversion?) -> Match {
    var methods: [String] = []
    // A method that the path has at other versions only is as absent as an unknown path, and no
    // pattern with more captures stands in for it.
    var absent: String?
    for route in byLength[path.count] ?? [] {
      guard let captures = route.pattern.match(path) else { continue }
      let isAsked = route.method == method || (method == "HEAD" && route.method == "GET")
      if let version, let versions = route.versions, !versions.contains(version) {
        if isAsked { absent = route.pattern.text }
        continue
      }
      if isAsked, absent == nil || absent == route.pattern.text {
        return .found(route, captures: captures)
      }
      if !methods.contains(route.method) { methods.append(route.method) }
    }
    return methods.isEmpty || absent != nil ? .unknown : .otherMethods(methods.sorted())
  }
}
