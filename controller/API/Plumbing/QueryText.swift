// SPDX-License-Identifier: Apache-2.0

/// Pairs as the query of a link: `?a=b&c=d`, or nothing for none.
func queryText(_ pairs: [(name: String, value: String)]) -> String {
  guard !pairs.isEmpty else { return "" }
  return "?"
    + pairs.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
    .joined(separator: "&")
}

/// Encodes what RFC 3986 does not leave unreserved.
private func percentEncoded(_ text: String) -> String {
  var encoded = ""
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      encoded.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      encoded += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }
  }
  return encoded
}
