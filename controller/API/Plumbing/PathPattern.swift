// SPDX-License-Identifier: Apache-2.0

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

/// Splits a request's path into decoded segments; nil for a broken percent escape.
func pathSegments(_ path: some StringProtocol) -> [String]? {
  var segments: [String] = []
  for part in path.split(separator: "/") {
    guard let decoded = percentDecoded(part) else { return nil }
    segments.append(decoded)
  }
  return segments
}

private func percentDecoded(_ text: some StringProtocol) -> String? {
  guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit)
    else { return nil }
    bytes.append(high << 4 | low)
  }
  return String(validating: bytes, as: UTF8.self)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
