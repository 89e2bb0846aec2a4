// SPDX-License-Identifier: Apache-2.0

/// A request's target, split: the path as sent, the query decoded.
struct RequestTarget {
  let path: String
  let query: [(name: String, value: String)]

  /// Nil for a target whose query is not UTF-8, holds NUL or has a broken escape.
  init?(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts.first ?? "")
    var query: [(name: String, value: String)] = []
    if parts.count == 2 {
      for pair in parts[1].split(separator: "&") {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = String(percentDecoding: sides[0], plusIsSpace: true),
          let value = sides.count == 2 ? String(percentDecoding: sides[1], plusIsSpace: true) : ""
        else { return nil }
        query.append((name, value))
      }
    }
    self.query = query
  }
}
