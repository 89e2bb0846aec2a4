// SPDX-License-Identifier: Apache-2.0

/// What is said beside a call's messages: names and values, in order, as gRPC's metadata.
///
/// A name has lower-case letters, digits, `-`, `_` and `.`. Who does not know a name ignores it.
public struct WireMetadata: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  /// One name and its value.
  public struct Entry: Hashable, Sendable {
    /// What is said.
    public let name: String
    /// Text, or any bytes.
    public let value: [UInt8]
  }

  /// As they were said; a name may come more than once.
  public private(set) var entries: [Entry] = []

  /// None.
  public init() {}

  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { add(name, Array(value.utf8)) }
  }

  /// Adds a value. A name that isn't one, or a value beyond 65,535 bytes, is left out: metadata
  /// never decides whether a call can be made.
  public mutating func add(_ name: String, _ value: [UInt8]) {
    guard Self.isName(name), value.count <= UInt16.max else { return }
    entries.append(Entry(name: name, value: value))
  }

  /// The last value of a name, as text.
  public subscript(name: String) -> String? {
    entries.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// Nothing is said.
  public var isEmpty: Bool { entries.isEmpty }

  /// How many bytes it has on the wire.
  var encodedBytes: Int { entries.reduce(0) { $0 + 3 + $1.name.utf8.count + $1.value.count } }

  func encode(into bytes: inout [UInt8]) {
    for entry in entries {
      bytes.append(short: entry.name)
      bytes.append(long: entry.value)
    }
  }

  /// Reads what is left of a payload.
  init(from reader: inout PayloadReader, limit: Int) throws(ProtocolViolation) {
    guard reader.rest.count <= limit else {
      throw ProtocolViolation(
        "the metadata has \(reader.rest.count) bytes; at most \(limit) are allowed")
    }
    while !reader.rest.isEmpty {
      let name = try reader.shortText()
      guard Self.isName(name) else {
        throw ProtocolViolation("the metadata has a name that is not allowed")
      }
      entries.append(Entry(name: name, value: Array(try reader.longBytes())))
    }
  }

  private static func isName(_ name: String) -> Bool {
    (1...255).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
