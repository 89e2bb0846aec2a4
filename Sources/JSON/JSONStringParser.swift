// SPDX-License-Identifier: Apache-2.0

import Base

extension JSONParser {
  /// A string, from its opening to behind its closing quote.
  mutating func string() throws(RoostError) -> String {
    at += 1
    let start = at
    while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
    if byte == UInt8(ascii: "\"") {
      defer { at += 1 }
      return try text(bytes[start..<at], from: start)
    }
    return try stringWithEscapes(from: start)
  }

  private mutating func stringWithEscapes(from start: Int) throws(RoostError) -> String {
    var unescaped = Array(bytes[start..<at])
    while true {
      guard let byte else { throw fault("the text ends inside a string") }
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return try text(unescaped[...], from: start)
      case UInt8(ascii: "\\"):
        try escape(into: &unescaped)
      case ..<0x20:
        throw fault("a control character must be written as an escape")
      default:
        unescaped.append(byte)
        at += 1
      }
    }
  }

  private mutating func escape(into unescaped: inout [UInt8]) throws(RoostError) {
    let start = at
    at += 1
    let plain: UInt8? =
      switch byte {
      case UInt8(ascii: "\""): 0x22
      case UInt8(ascii: "\\"): 0x5C
      case UInt8(ascii: "/"): 0x2F
      case UInt8(ascii: "b"): 0x08
      case UInt8(ascii: "f"): 0x0C
      case UInt8(ascii: "n"): 0x0A
      case UInt8(ascii: "r"): 0x0D
      case UInt8(ascii: "t"): 0x09
      default: nil
      }
    if let plain {
      unescaped.append(plain)
      at += 1
      return
    }
    guard byte == UInt8(ascii: "u") else {
      at = start
      throw fault("no escape that JSON knows")
    }
    guard let scalar = Unicode.Scalar(try codePoint(from: start)) else {
      at = start
      throw fault("half of a surrogate pair")
    }
    unescaped.append(contentsOf: String(scalar).utf8)
  }

  /// The code point of `\uXXXX`, or of two that form a surrogate pair.
  private mutating func codePoint(from start: Int) throws(RoostError) -> UInt32 {
    at += 1
    let high = try fourHexDigits()
    guard (0xD800..<0xDC00).contains(high) else { return high }
    guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u")
    else { return high }
    at += 2
    let low = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(low) else { return high }
    return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
  }

  private mutating func fourHexDigits() throws(RoostError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }

  private mutating func text(_ slice: ArraySlice<UInt8>, from start: Int) throws(RoostError)
    -> String
  {
    guard let text = String(validating: slice, as: UTF8.self) else {
      at = start
      throw fault("the string is not valid UTF-8")
    }
    return text
  }
}
