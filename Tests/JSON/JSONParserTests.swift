// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Testing

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(RoostError) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  @Test func readsEveryKindOfValue() throws {
    let value = try parse(
      #" {"a": [1, -2, 0, 2.5, 1e3, true, false, null], "b": {"c": "d"}, "e": ""} "#)
    #expect(
      value == [
        "a": [1, -2, 0, 2.5, .number(1000), true, false, nil], "b": ["c": "d"], "e": "",
      ])
  }

  @Test func readsEscapes() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#).text == "\"\\/\u{8}\u{C}\n\r\té😀x")
  }

  @Test func keepsTheOrderOfMembers() throws {
    let keys = (0..<40).map { "k\(($0 * 7) % 40)" }
    let value = try parse("{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}")
    #expect(value.members?.keys == keys)
    #expect(keys.allSatisfy { value[$0] == 1 })
  }

  @Test func neverWrapsABigInteger() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(throws: RoostError.self) { try parse("1e400") }
  }

  @Test(arguments: [
    ("", "line 1, column 1 (byte 0): a value is missing: the text ends"),
    ("{\"a\": 1,\n \"b\" 2}", "line 2, column 6 (byte 14): expected ':' after the key"),
    ("{\"a\":1,\"a\":2}", "(byte 7): the key `a` is given twice"),
    ("[1,]", "(byte 3): expected a value"),
    ("[1 2]", "expected ',' or ']'"),
    ("{\"a\":1,}", "expected a key in double quotes"),
    ("{a:1}", "expected a key in double quotes"),
    ("01", "a number can't begin with 0"),
    ("1.", "expected a digit after the point"),
    ("-", "expected a digit"),
    ("1e", "expected a digit in the exponent"),
    ("nul", "expected a value"),
    ("NaN", "expected a value"),
    ("1 2", "the text should end here"),
    ("\"a", "the text ends inside a string"),
    ("\"a\nb\"", "a control character must be written as an escape"),
    (#""\x""#, "no escape that JSON knows"),
    (#""\u12g4""#, "expected four hexadecimal digits"),
    (#""\ud800""#, "half of a surrogate pair"),
    (#""\ud800\u0041""#, "half of a surrogate pair"),
    (#""\udc00""#, "half of a surrogate pair"),
    ("\u{FEFF}1", "(byte 0): expected a value"),
  ])
  func saysWhereATextIsMalformed(text: String, fault: String) throws {
    let error = try #require(throws: RoostError.self) { try parse(text) }
    #expect(error.kind == .badRequest)
    #expect(error.user.contains(fault), "\(error.user)")
  }

  @Test func refusesInvalidUTF8() throws {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      let error = try #require(throws: RoostError.self) { try JSONValue(parsing: bytes) }
      #expect(error.user.contains("not valid UTF-8"))
    }
  }

  @Test func refusesDeepNesting() throws {
    let deep = { (levels: Int) in
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try parse(deep(64))
    #expect(throws: RoostError.self) { try parse(deep(65)) }
    #expect(throws: RoostError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func equalityIgnoresTheOrderOfMembers() throws {
    let one = try parse(#"{"a":1,"b":2}"#)
    let other = try parse(#"{"b":2,"a":1}"#)
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(one != (try parse(#"{"a":1,"b":3}"#)))
  }

  @Test func anyDamageIsAnErrorNotACrash() {
    let whole = Array(#"{"a":[1,-2.5e3,"x\u00e9\n\ud83d\ude00",{"b":null}],"c":true}"#.utf8)
    for cut in 0..<whole.count {
      #expect(throws: RoostError.self) { try JSONValue(parsing: Array(whole[..<cut])) }
    }
    for place in 0..<whole.count {
      for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x5D, 0x80, 0xFF] {
        var damaged = whole
        damaged[place] = byte
        _ = try? JSONValue(parsing: damaged)
      }
    }
  }
}
