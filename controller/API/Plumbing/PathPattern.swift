// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// A path with captures, like `/v2.1/servers/{id}`. A slash at the end makes no difference.
struct PathPattern: Sendable {
  private enum Segment: Sendable {
    case literal(String)
    case capture(String)
  }

  private let segments: [Segment]
  /// The text it was made from.
  let text: String

  init(_ text: String) {
    self.text = text
    segments = text.split(separator: "/").map {
      $0.hasPrefix("{") && $0.hasSuffix("}")
        ? .capture(String($0.dropFirst().dropLast())) : .literal(String($0))
    }
  }

  /// Segments in the pattern; only paths with as many can match.
  var count: Int { segments.count }

  /// Orders patterns so that a literal is tried before a capture in the same place.
  var specificity: [Int] {
    segments.map { if case .literal = $0 { 0 } else { 1 } }
  }

  /// What the captures hold for a path, or nil if it does not match.
  func match(_ path: [String]) -> [String: String]? {
    guard path.count == segments.count else { return nil }
    var captures: [String: String] = [:]
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .literal(let text):
        guard text == part else { return nil }
      case .capture(let name):
        captures[name] = part
      }
    }
    return captures
  }
}

/// Splits a request's path into decoded segments; nil for a broken percent escape or a NUL.
func pathSegments(_ path: some StringProtocol) -> [String]? {
  var segments: [String] = []
  for part in path.split(separator: "/") {
    guard let decoded = String(percentDecoding: part) else { return nil }
    segments.append(decoded)
  }
  return segments
}
