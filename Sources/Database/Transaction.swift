// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a write or a read sees and changes. Valid inside its closure only.
public final class Transaction {
  private let connection: Connection

  init(_ connection: Connection) {
    self.connection = connection
  }

  /// Runs a statement with `?` for its values. Returns the count of rows changed.
  ///
  /// - Throws: `conflict` where a UNIQUE, CHECK or FOREIGN KEY constraint stands against it.
  @discardableResult
  public func run(_ sql: String, _ values: SQLValue...) throws(RoostError) -> Int {
    try open().run(sql, values)
  }

  /// Runs a statement with a list of values made elsewhere.
  @discardableResult
  public func run(_ sql: String, values: [SQLValue]) throws(RoostError) -> Int {
    try open().run(sql, values)
  }

  /// All rows of a query.
  public func rows(_ sql: String, _ values: SQLValue...) throws(RoostError) -> [Row] {
    try open().rows(sql, values)
  }

  /// All rows of a query whose values were made elsewhere, as for a filter of several parts.
  public func rows(_ sql: String, values: [SQLValue]) throws(RoostError) -> [Row] {
    try open().rows(sql, values)
  }

  /// The first row of a query.
  public func row(_ sql: String, _ values: SQLValue...) throws(RoostError) -> Row? {
    try open().rows(sql, values).first
  }

  private func open() throws(RoostError) -> Connection {
    guard connection.isInTransaction else { throw .lostTransaction() }
    return connection
  }
}
