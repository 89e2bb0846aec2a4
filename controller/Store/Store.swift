// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database

/// The controller's database with the schema this release knows.
///
/// Queries are methods of `Transaction`, one file an area; operations compose them in one `write`,
/// so that what belongs together is committed together.
public final class Store: Sendable {
  private let database: Database

  /// Opens or creates the file. Blocks; called at start.
  ///
  /// - Parameters: as those of `Database.open`.
  /// - Throws: `conflict` for a file that a newer release wrote.
  public static func open(
    _ path: String, vfs: String? = nil, lanes: DatabaseLanes = .threads,
    watch: (@Sendable (RowChange) -> Void)? = nil
  ) throws(RoostError) -> Store {
    Store(
      try Database.open(
        path, migrations: Schema.migrations, vfs: vfs, lanes: lanes, watch: watch))
  }

  private init(_ database: Database) {
    self.database = database
  }

  /// Runs `body` in a transaction; returns once it is durable.
  public func write<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await database.write(body)
  }

  /// Runs `body` on one consistent state.
  public func read<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await database.read(body)
  }

  /// Finishes what waits and closes the file.
  public func close() { database.close() }
}
