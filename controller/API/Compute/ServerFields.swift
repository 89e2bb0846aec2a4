// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import HTTPServer
import JSON

// Fields that more than one request about servers has.

/// What a `PUT /servers/{id}` changes.
struct ServerChange {
  /// nil leaves it.
  let name: String?
  /// nil leaves it; nil within takes it away.
  let description: String??

  init(_ context: RequestContext) throws(RoostError) {
    let body = try context.json("server")
    var allowed = ["name", "OS-DCF:diskConfig", "accessIPv4", "accessIPv6"]
    if context.serves(19) { allowed.append("description") }
    if context.serves(90) { allowed.append("hostname") }
    try body.refuseUnknown(allowed: allowed)
    for key in ["OS-DCF:diskConfig", "accessIPv4", "accessIPv6", "hostname"] {
      guard let field = try body.optionalMember(key), field.value != "" else { continue }
      throw field.refused("cannot be changed; name and description can")
    }
    name = body.has("name") ? try body.member("name").asName() : nil
    description = body.has("description") ? .some(try body.serverDescription()) : .none
  }
}

extension JSONReader {
  /// A name as Nova takes it: printable, without blanks at its ends.
  func asName() throws(RoostError) -> String {
    let name = try asString()
    let isPrintable = name.unicodeScalars.allSatisfy {
      !$0.properties.generalCategory.isControl && ($0 == " " || !$0.properties.isWhitespace)
    }
    guard isPrintable, name.first != " ", name.last != " " else {
      throw refused("expected printable characters without blanks at the ends")
    }
    return name
  }

  /// A server's description, nil for null: at most 255 bytes.
  func serverDescription() throws(RoostError) -> String? {
    try optionalString("description", allowEmpty: true)
  }

  /// Up to 128 pairs of text, in order of their keys.
  func asMetadata() throws(RoostError) -> [Property] {
    var pairs: [Property] = []
    for (key, value) in try entries(maxCount: 128) {
      pairs.append(try value.asMetadataItem(key))
    }
    return pairs.sorted { $0.key < $1.key }
  }

  /// One pair of metadata under its key.
  func asMetadataItem(_ key: String) throws(RoostError) -> Property {
    guard (1...255).contains(key.utf8.count),
      key.utf8.allSatisfy({ byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: " "):
          true
        default: false
        }
      })
    else {
      throw refused("the key must be 1 to 255 of letters, digits, blanks and - _ : .")
    }
    return Property(key, try asString(allowEmpty: true))
  }

  /// What a guest calls itself: one label, or from 2.94 on a name with domains.
  func asHostName(domains: Bool) throws(RoostError) -> String {
    let name = try asString(maxLength: domains ? 255 : 63)
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
      case UInt8(ascii: "."), UInt8(ascii: "_"): domains
      default: false
      }
    }
    guard isPlain, name.first != "-", name.last != "-" else {
      throw refused(
        "expected letters, digits and hyphens" + (domains ? ", with domains after dots" : ""))
    }
    return name
  }
}

extension Unicode.GeneralCategory {
  /// Controls, and what stands for no character at all.
  fileprivate var isControl: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned: true
    default: false
    }
  }
}
