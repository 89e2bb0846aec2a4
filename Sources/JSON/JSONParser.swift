// SPDX-License-Identifier: Apache-2.0

public import Base

extension JSONValue {
  /// Parses one JSON text (RFC 8259) in UTF-8.
  ///
  /// Refuses what readers commonly disagree about: a key given twice, invalid UTF-8, lone
  /// surrogates, numbers beyond a double, nesting over `maxDepth`. Foundation's decoder hides
  /// duplicate keys and loses the members' order, hence this one.
  ///
  /// - Throws: `badRequest` with line, column and byte offset of the first fault.
  public init(parsing bytes: [UInt8], maxDepth: Int = 64) throws(RoostError) {
    var parser = JSONParser(bytes: bytes, maxDepth: maxDepth)
    self = try parser.document()
  }
}

/// Recursive descent over the bytes; recursion ends at `maxDepth`.
struct JSONParser {
  let bytes: [UInt8]
  let maxDepth: Int
  var at = 0

  init(bytes: [UInt8], maxDepth: Int) {
    self.bytes = bytes
    self.maxDepth = maxDepth
  }

  var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func document() throws(RoostError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw fault("the text should end here") }
    return value
  }

  private mutating func value(depth: Int) throws(RoostError) -> JSONValue {
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw fault("a value is missing: the text ends")
    default: throw fault("expected a value")
    }
  }

  private mutating func object(depth: Int) throws(RoostError) -> JSONObject {
    try enter(depth)
    var object = JSONObject()
    if take(UInt8(ascii: "}")) { return object }
    repeat {
      skipSpace()
      guard byte == UInt8(ascii: "\"") else { throw fault("expected a key in double quotes") }
      let start = at
      let key = try string()
      guard object[key] == nil else {
        at = start
        throw fault("the key `\(key.shortened(to: 40))` is given twice")
      }
      guard take(UInt8(ascii: ":")) else { throw fault("expected ':' after the key") }
      object[key] = try value(depth: depth)
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw fault("expected ',' or '}'") }
    return object
  }

  private mutating func array(depth: Int) throws(RoostError) -> [JSONValue] {
    try enter(depth)
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try value(depth: depth))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw fault("expected ',' or ']'") }
    return elements
  }

  private mutating func enter(_ depth: Int) throws(RoostError) {
    guard depth <= maxDepth else { throw fault("nested deeper than \(maxDepth) levels") }
    at += 1
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(RoostError)
    -> JSONValue
  {
    let end = at + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { end <= bytes.count && bytes[at..<end].elementsEqual($0) }
    guard matches else { throw fault("expected a value") }
    at = end
    return value
  }

  private mutating func number() throws(RoostError) -> JSONValue {
    let start = at
    var isInteger = true
    if byte == UInt8(ascii: "-") { at += 1 }
    let first = at
    guard skipDigits() else { throw fault("expected a digit") }
    if bytes[first] == UInt8(ascii: "0"), at - first > 1 {
      at = first
      throw fault("a number can't begin with 0")
    }
    if byte == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard skipDigits() else { throw fault("expected a digit after the point") }
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isInteger = false
      at += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
      guard skipDigits() else { throw fault("expected a digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      at = start
      throw fault("the number is out of range")
    }
    return .number(number)
  }

  private mutating func skipDigits() -> Bool {
    let start = at
    while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
    return at > start
  }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  private mutating func take(_ wanted: UInt8) -> Bool {
    skipSpace()
    guard byte == wanted else { return false }
    at += 1
    return true
  }

  /// The fault at the current place, in words and in numbers.
  func fault(_ what: String) -> RoostError {
    let before = bytes[..<min(at, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = at - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return RoostError(
      .badRequest,
      "Malformed JSON at line \(line), column \(column) (byte \(at)): \(what).")
  }
}
