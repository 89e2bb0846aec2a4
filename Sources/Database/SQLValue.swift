// SPDX-License-Identifier: Apache-2.0

public import Base

/// A value bound to a statement's parameter: SQLite's five storage classes.
public enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// An id, stored as its canonical text so that a person can read the database.
  public static func id<Tag>(_ id: Identifier<Tag>) -> SQLValue { .text(id.description) }

  /// An id or NULL.
  public static func id<Tag>(_ id: Identifier<Tag>?) -> SQLValue {
    id.map { .text($0.description) } ?? .null
  }

  /// A time, stored as UTC microseconds.
  public static func time(_ time: Timestamp) -> SQLValue { .integer(time.microseconds) }

  /// A time or NULL.
  public static func time(_ time: Timestamp?) -> SQLValue {
    time.map { .integer($0.microseconds) } ?? .null
  }

  /// A truth value, stored as 0 or 1.
  public static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

  /// A text or NULL.
  public init(_ text: String?) { self = text.map { .text($0) } ?? .null }

  /// A number or NULL.
  public init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }

  /// A number. Traps never: values beyond Int64 are clamped, and no column holds such.
  public init(_ number: some BinaryInteger) { self = .integer(Int64(clamping: number)) }

  /// Bytes or NULL.
  public init(_ bytes: [UInt8]?) { self = bytes.map { .blob($0) } ?? .null }
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(nilLiteral: ()) { self = .null }
}
