// SPDX-License-Identifier: Apache-2.0

public import Base
import FoundationEssentials

/// Writes fields in protobuf wire format, leaving out those at their default.
///
/// Source: protobuf.dev/programming-guides/encoding.
public struct ProtobufWriter {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// Starts empty.
  public init() {}

  /// A `uint32`, `uint64` or enum.
  public mutating func number(_ field: Int, _ value: some UnsignedInteger) {
    guard value != 0 else { return }
    tag(field, .varint)
    varint(UInt64(value))
  }

  /// A `bool`.
  public mutating func flag(_ field: Int, _ value: Bool) {
    number(field, UInt64(value ? 1 : 0))
  }

  /// A `string`.
  public mutating func text(_ field: Int, _ value: String) {
    guard !value.isEmpty else { return }
    lengthDelimited(field, value.utf8)
  }

  /// A `bytes` field.
  public mutating func data(_ field: Int, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    lengthDelimited(field, value)
  }

  /// An id as 16 bytes; the all-zero id is the default.
  public mutating func id<Tag>(_ field: Int, _ value: Identifier<Tag>) {
    guard value != .zero else { return }
    withUnsafeBytes(of: value.uuid.uuid) { lengthDelimited(field, $0) }
  }

  /// A `Generation` message; 0.0 is the default.
  public mutating func generation(_ field: Int, _ value: Generation) {
    guard value != .zero else { return }
    var inner = ProtobufWriter()
    inner.number(1, value.epoch)
    inner.number(2, value.number)
    lengthDelimited(field, inner.bytes)
  }

  /// A message that is always there.
  public mutating func message(_ field: Int, _ value: some Message) {
    lengthDelimited(field, value.encoded)
  }

  /// A message that may be absent.
  public mutating func message(_ field: Int, _ value: (some Message)?) {
    if let value { message(field, value) }
  }

  /// Repeated messages.
  public mutating func repeated(_ field: Int, _ values: [some Message]) {
    for value in values { message(field, value) }
  }

  /// Repeated strings; empty ones count.
  public mutating func repeated(_ field: Int, _ values: [String]) {
    for value in values { lengthDelimited(field, value.utf8) }
  }

  /// Repeated numbers, packed.
  public mutating func repeated(_ field: Int, _ values: [UInt32]) {
    guard !values.isEmpty else { return }
    var inner = ProtobufWriter()
    for value in values { inner.varint(UInt64(value)) }
    lengthDelimited(field, inner.bytes)
  }

  /// What a newer peer sent, as it came.
  public mutating func unknown(_ fields: UnknownFields) {
    bytes.append(contentsOf: fields.bytes)
  }

  mutating func tag(_ field: Int, _ type: ProtobufField.WireType) {
    varint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func lengthDelimited(_ field: Int, _ content: some Collection<UInt8>) {
    tag(field, .lengthDelimited)
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }
}
