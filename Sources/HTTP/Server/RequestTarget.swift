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
        guard let name = Self.decoded(sides[0]),
          let value = sides.count == 2 ? Self.decoded(sides[1]) : ""
        else { return nil }
        query.append((name, value))
      }
    }
    self.query = query
  }

  /// Undoes `+` and `%XX` of application/x-www-form-urlencoded.
  static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexDigit),
          let low = rest.popFirst().flatMap(hexDigit), high << 4 | low != 0
        else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}
