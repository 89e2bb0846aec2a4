// SPDX-License-Identifier: Apache-2.0

/// A protobuf message of `proto/node.proto`, as a Swift value.
///
/// Every field has proto3's default; a default is not written. Fields the reader doesn't know are
/// kept and written back, so that a newer peer's words survive a passage through an older one.
public protocol Message: Hashable, Sendable {
  /// All fields at their defaults.
  init()
  /// Adds this message's fields in protobuf wire format.
  func encode(into writer: inout ProtobufWriter)
  /// Takes one field; the reader stands just behind its tag.
  mutating func decode(
    _ field: ProtobufField, from reader: inout ProtobufReader
  ) throws(ProtobufError)
  /// What a newer peer sent beyond this version.
  var unknownFields: UnknownFields { get set }
}

extension Message {
  /// The message in protobuf wire format.
  public var encoded: [UInt8] {
    var writer = ProtobufWriter()
    encode(into: &writer)
    return writer.bytes
  }

  /// Reads a whole message. Fields may come in any order; of a repeated single field the last
  /// counts.
  public init(decoding bytes: [UInt8]) throws(ProtobufError) {
    var reader = try ProtobufReader(bytes)
    try self.init(from: &reader)
  }

  init(from reader: inout ProtobufReader) throws(ProtobufError) {
    self.init()
    while let field = try reader.next() { try decode(field, from: &reader) }
  }
}

/// Fields of a message that this version has no names for, as they came.
public struct UnknownFields: Hashable, Sendable {
  /// Tags and values in wire format, in order of arrival.
  public var bytes: [UInt8] = []

  /// None.
  public init() {}
}

/// Why bytes are no message.
public enum ProtobufError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes end inside a field.
  case truncated
  /// A varint of more than 64 bits, or a tag that names field 0 or a wire type that doesn't exist.
  case malformed
  /// A known field of another type than the schema says.
  case wrongType(field: Int)
  /// A text that is not UTF-8.
  case notUTF8(field: Int)
  /// An id that is not 16 bytes.
  case badID(field: Int)
  /// A number beyond 32 bits where the schema says 32.
  case outOfRange(field: Int)
  /// More bytes than a message may have.
  case tooLarge(bytes: Int)
  /// Messages within messages beyond the limit.
  case tooDeep

  public var description: String {
    switch self {
    case .truncated: "the bytes end inside a field"
    case .malformed: "a tag or number is malformed"
    case .wrongType(let field): "field \(field) has another type than the schema says"
    case .notUTF8(let field): "field \(field) is not UTF-8"
    case .badID(let field): "field \(field) is not an id of 16 bytes"
    case .outOfRange(let field): "field \(field) is beyond 32 bits"
    case .tooLarge(let bytes):
      "\(bytes) bytes are more than a message's \(ProtobufReader.maximumBytes)"
    case .tooDeep: "messages are nested more than \(ProtobufReader.maximumDepth) deep"
    }
  }
}
