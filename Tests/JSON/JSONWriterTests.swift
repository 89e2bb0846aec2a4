// SPDX-License-Identifier: Apache-2.0

import Base
import JSON
import Testing

@Suite struct JSONWriterTests {
  private func text(_ write: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    write(&json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test func writesNestedContainersWithCommas() throws {
    let id = try #require(InstanceID("6F1D1E5C-0000-4000-8000-00000000000A"))
    let written = text { json in
      json.object {
        $0.field("id", id)
        $0.field("n", 5)
        $0.field("big", UInt64.max)
        $0.field("x", 0.5)
        $0.field("on", true)
        $0.null("none")
        $0.field("absent", nil as String?)
        $0.array("links") { links in
          links.object { $0.field("rel", "self") }
          links.object { _ in }
          links.value("a")
          links.array { $0.value(1) }
        }
        $0.object("empty") { _ in }
        $0.field("tree", ["k": [1, nil]])
      }
    }
    #expect(
      written
        == #"{"id":"6f1d1e5c-0000-4000-8000-00000000000a","n":5,"big":18446744073709551615,"#
        + #""x":0.5,"on":true,"none":null,"absent":null,"#
        + #""links":[{"rel":"self"},{},"a",[1]],"empty":{},"tree":{"k":[1,null]}}"#)
  }

  @Test func escapesWhatMustBe() {
    #expect(
      text { $0.value("\"\\\n\r\t\u{0}\u{1F}é😀/") } == #""\"\\\n\r\t\u0000\u001fé😀/""#)
  }

  @Test func writesOnlyFiniteNumbers() {
    #expect(text { $0.value(Double.nan) } == "null")
    #expect(text { $0.value(-Double.infinity) } == "null")
  }

  @Test func whatIsWrittenIsReadBackTheSame() throws {
    let value: JSONValue = [
      "text": "a\"\\\u{0}\u{7F}é😀", "numbers": [0, -1, 1.5, 1e300, 1e-300, .integer(.min)],
      "nested": ["deep": [["x": nil, "y": true]]],
    ]
    #expect(try JSONValue(parsing: value.encoded) == value)
  }

  @Test func errorsPassThroughAContainer() {
    var json = JSONWriter()
    #expect(throws: RoostError.self) {
      try json.object { _ throws(RoostError) in throw RoostError(.internal, "no") }
    }
  }
}
