// SPDX-License-Identifier: Apache-2.0

public import Base

/// One row of a result, by column name.
///
/// A column that is missing or of another class is a fault of Roost's own or a damaged file; it is
/// an `internal` error, never a trap.
public struct Row: Sendable {
  private let columns: Columns
  private let values: [SQLValue]

  init(_ columns: Columns, values: [SQLValue]) {
    self.columns = columns
    self.values = values
  }

  /// The value of a column as SQLite holds it.
  public func value(_ column: String) throws(RoostError) -> SQLValue {
    guard let place = columns.place(of: column) else {
      throw .unexpected(column, "is not in the result", columns.names.joined(separator: ", "))
    }
    return values[place]
  }

  /// An integer; NULL is an error.
  public func integer(_ column: String) throws(RoostError) -> Int64 {
    guard let number = try optionalInteger(column) else { throw .unexpectedNull(column) }
    return number
  }

  /// An integer or NULL.
  public func optionalInteger(_ column: String) throws(RoostError) -> Int64? {
    switch try value(column) {
    case .integer(let number): return number
    case .null: return nil
    case let other: throw .unexpected(column, "is no integer", "\(other)")
    }
  }

  /// An integer as `Int`.
  public func int(_ column: String) throws(RoostError) -> Int { Int(clamping: try integer(column)) }

  /// 0 is false, anything else true.
  public func bool(_ column: String) throws(RoostError) -> Bool { try integer(column) != 0 }

  /// A number with fraction; integers are widened.
  public func real(_ column: String) throws(RoostError) -> Double {
    switch try value(column) {
    case .real(let number): return number
    case .integer(let number): return Double(number)
    case let other: throw .unexpected(column, "is no number", "\(other)")
    }
  }

  /// A text; NULL is an error.
  public func text(_ column: String) throws(RoostError) -> String {
    guard let text = try optionalText(column) else { throw .unexpectedNull(column) }
    return text
  }

  /// A text or NULL.
  public func optionalText(_ column: String) throws(RoostError) -> String? {
    switch try value(column) {
    case .text(let text): return text
    case .null: return nil
    case let other: throw .unexpected(column, "is no text", "\(other)")
    }
  }

  /// Bytes; NULL is an error.
  public func blob(_ column: String) throws(RoostError) -> [UInt8] {
    guard let bytes = try optionalBlob(column) else { throw .unexpectedNull(column) }
    return bytes
  }

  /// Bytes or NULL.
  public func optionalBlob(_ column: String) throws(RoostError) -> [UInt8]? {
    switch try value(column) {
    case .blob(let bytes): return bytes
    case .null: return nil
    case let other: throw .unexpected(column, "is no blob", "\(other)")
    }
  }

  /// A time; NULL is an error.
  public func time(_ column: String) throws(RoostError) -> Timestamp {
    Timestamp(microseconds: try integer(column))
  }

  /// A time or NULL.
  public func optionalTime(_ column: String) throws(RoostError) -> Timestamp? {
    try optionalInteger(column).map { Timestamp(microseconds: $0) }
  }

  /// An id; NULL is an error.
  public func id<Tag>(_ column: String) throws(RoostError) -> Identifier<Tag> {
    guard let id: Identifier<Tag> = try optionalID(column) else { throw .unexpectedNull(column) }
    return id
  }

  /// An id or NULL.
  public func optionalID<Tag>(_ column: String) throws(RoostError) -> Identifier<Tag>? {
    guard let text = try optionalText(column) else { return nil }
    guard let id = Identifier<Tag>(text) else { throw .unexpected(column, "is no id", text) }
    return id
  }
}

extension RoostError {
  fileprivate static func unexpected(_ column: String, _ what: String, _ found: String)
    -> RoostError
  {
    RoostError(
      .internal, "An internal error occurred; the operator's log has the details.",
      operator: "column \(column) \(what): \(found.prefix(200))")
  }

  fileprivate static func unexpectedNull(_ column: String) -> RoostError {
    unexpected(column, "must not be null", "null")
  }
}
