// SPDX-License-Identifier: Apache-2.0

public import Base

/// A field's tag: its number in the schema and how its value is written.
public struct ProtobufField: Hashable, Sendable {
  /// Wire types 3 and 4 (groups) do not exist in proto3.
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  /// The number in the schema, 1 or more.
  public let number: Int
  let type: WireType
}

/// Reads fields in protobuf wire format, from bytes that a peer sent.
///
/// Source: protobuf.dev/programming-guides/encoding.
public struct ProtobufReader {
  /// A larger message is refused. An `Apply` of a full node stays well below it.
  public static let maximumBytes = 4 << 20
  /// Messages within messages beyond this are refused.
  public static let maximumDepth = 32

  private var rest: ArraySlice<UInt8>
  private let depth: Int

  init(_ bytes: [UInt8]) throws(ProtobufError) {
    guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count) }
    rest = bytes[...]
    depth = 1
  }

  private init(_ bytes: ArraySlice<UInt8>, depth: Int) throws(ProtobufError) {
    guard depth <= Self.maximumDepth else { throw .tooDeep }
    rest = bytes
    self.depth = depth
  }

  /// The next field's tag, or nil at the end.
  mutating func next() throws(ProtobufError) -> ProtobufField? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    guard let type = ProtobufField.WireType(rawValue: UInt8(tag & 7)),
      tag >> 3 >= 1, tag >> 3 < 1 << 29
    else { throw .malformed }
    return ProtobufField(number: Int(tag >> 3), type: type)
  }

  /// A `uint64`.
  public mutating func number(_ field: ProtobufField) throws(ProtobufError) -> UInt64 {
    try expect(field, .varint)
    return try varint()
  }

  /// A `uint32` or an enum.
  public mutating func number(_ field: ProtobufField) throws(ProtobufError) -> UInt32 {
    let wide: UInt64 = try number(field)
    guard let narrow = UInt32(exactly: wide) else { throw .outOfRange(field: field.number) }
    return narrow
  }

  /// A `bool`.
  public mutating func flag(_ field: ProtobufField) throws(ProtobufError) -> Bool {
    let value: UInt64 = try number(field)
    return value != 0
  }

  /// A `string`.
  public mutating func text(_ field: ProtobufField) throws(ProtobufError) -> String {
    guard let text = String(validating: try content(field), as: UTF8.self) else {
      throw .notUTF8(field: field.number)
    }
    return text
  }

  /// A `bytes` field.
  public mutating func data(_ field: ProtobufField) throws(ProtobufError) -> [UInt8] {
    Array(try content(field))
  }

  /// An id of 16 bytes.
  public mutating func id<Tag>(_ field: ProtobufField) throws(ProtobufError) -> Identifier<Tag> {
    guard let id = Identifier<Tag>(uuidBytes: try content(field)) else {
      throw .badID(field: field.number)
    }
    return id
  }

  /// A `Generation` message. It is two numbers for good; what else it might hold is dropped.
  public mutating func generation(_ field: ProtobufField) throws(ProtobufError) -> Generation {
    var inner = try ProtobufReader(try content(field), depth: depth + 1)
    var epoch: UInt64 = 0
    var number: UInt64 = 0
    while let part = try inner.next() {
      switch part.number {
      case 1: epoch = try inner.number(part)
      case 2: number = try inner.number(part)
      default: try inner.skip(part)
      }
    }
    return Generation(epoch: epoch, number: number)
  }

  /// A message.
  public mutating func message<M: Message>(_ field: ProtobufField) throws(ProtobufError) -> M {
    var inner = try ProtobufReader(try content(field), depth: depth + 1)
    return try M(from: &inner)
  }

  /// One of repeated messages.
  public mutating func append<M: Message>(
    _ field: ProtobufField, to list: inout [M]
  ) throws(ProtobufError) {
    list.append(try message(field))
  }

  /// One of repeated strings.
  public mutating func append(
    _ field: ProtobufField, to list: inout [String]
  ) throws(ProtobufError) {
    list.append(try text(field))
  }

  /// Repeated numbers, packed or one by one: a reader must take both.
  public mutating func append(
    _ field: ProtobufField, to list: inout [UInt32]
  ) throws(ProtobufError) {
    guard field.type == .lengthDelimited else {
      list.append(try number(field))
      return
    }
    var inner = try ProtobufReader(try content(field), depth: depth + 1)
    while !inner.rest.isEmpty {
      guard let narrow = UInt32(exactly: try inner.varint()) else {
        throw .outOfRange(field: field.number)
      }
      list.append(narrow)
    }
  }

  /// Keeps a field that this version doesn't know.
  public mutating func keep(
    _ field: ProtobufField, in unknown: inout UnknownFields
  ) throws(ProtobufError) {
    let start = rest
    try skip(field)
    var writer = ProtobufWriter()
    writer.tag(field.number, field.type)
    unknown.bytes += writer.bytes
    unknown.bytes += start[start.startIndex..<rest.startIndex]
  }

  private mutating func skip(_ field: ProtobufField) throws(ProtobufError) {
    switch field.type {
    case .varint: _ = try varint()
    case .fixed64: _ = try take(8)
    case .fixed32: _ = try take(4)
    case .lengthDelimited: _ = try content(field)
    }
  }

  private func expect(
    _ field: ProtobufField, _ type: ProtobufField.WireType
  ) throws(ProtobufError) {
    guard field.type == type else { throw .wrongType(field: field.number) }
  }

  private mutating func content(
    _ field: ProtobufField
  ) throws(ProtobufError) -> ArraySlice<UInt8> {
    try expect(field, .lengthDelimited)
    let length = try varint()
    guard length <= UInt64(rest.count) else { throw .truncated }
    return try take(Int(length))
  }

  private mutating func take(_ count: Int) throws(ProtobufError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .truncated }
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw .truncated }
      // The tenth byte has room for one bit.
      guard shift < 63 || byte <= 1 else { throw .malformed }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed
  }
}
