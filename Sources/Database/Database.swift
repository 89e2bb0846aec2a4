// SPDX-License-Identifier: Apache-2.0

public import Base
import Glibc
import Lanes

/// A SQLite file: one thread writes, one reads, and writes that wait together share a commit.
///
/// WAL with `synchronous = FULL`: a write is answered only when its commit is on the disk.
public final class Database: Sendable {
  /// Longest a caller waits. SQLite's own work takes milliseconds; only a sick disk comes near it.
  private static let patience = Duration.seconds(60)

  private let path: String
  private let vfs: String?
  private let lanes: DatabaseLanes
  private let writer: Writer
  private let reader: Reader

  /// Opens or creates the file and brings its schema up to date. Blocks; called at start.
  ///
  /// - Parameters:
  ///   - migrations: in order of version, without gaps.
  ///   - vfs: SQLite's name for another file system layer, as one that fails on purpose.
  ///   - lanes: where its work is done.
  ///   - watch: hears of every row that is changed from now on, on the writing lane. It must not use the
  ///     database.
  /// - Throws: `conflict` for a schema newer than the last migration.
  public static func open(
    _ path: String, migrations: [Migration], vfs: String? = nil, lanes: DatabaseLanes = .threads,
    watch: (@Sendable (RowChange) -> Void)? = nil
  ) throws(RoostError) -> Database {
    // The store holds hashes and keys: SQLite's own mode for a new file lets everyone read. A
    // failure here meets SQLite again, which names it.
    _ = Result { try createPrivateFile(path, vfs: vfs) }
    let connection = try Connection(path, .writer, vfs: vfs)
    do throws(RoostError) {
      try connection.settleLog()
      try connection.migrate(migrations, path: path)
      if let watch { try connection.watch(watch) }
      let reading = try Connection(path, .reader, vfs: vfs)
      return Database(path, vfs, lanes, writing: connection, reading: reading)
    } catch {
      connection.close()
      throw error
    }
  }

  private init(
    _ path: String, _ vfs: String?, _ lanes: DatabaseLanes, writing: Connection,
    reading: Connection
  ) {
    self.path = path
    self.vfs = vfs
    self.lanes = lanes
    writer = Writer(writing, on: lanes.lane(.write))
    reader = Reader(reading, on: lanes.lane(.read))
  }

  deinit { close() }

  /// Runs `body` in a transaction and returns once its commit is durable.
  ///
  /// Bodies run one after the other, in the order they came; a body that throws is undone alone.
  /// `body` must not wait for anything but the database.
  public func write<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await writer.write(timeout: Self.patience, body)
  }

  /// Runs `body` on one consistent state, at least as new as every write answered before.
  public func read<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await reader.read(timeout: Self.patience, body)
  }

  /// Writes a copy of one consistent state to a new file, while the database is in use. Once this
  /// returns, the copy is on the disk; only its owner may read it.
  ///
  /// - Throws: `conflict` if the file exists.
  public func backup(to copy: String) async throws(RoostError) {
    // On a lane and a connection of its own: reads and writes go on meanwhile.
    let lane = lanes.lane(.backup)
    defer { lane.stop {} }
    try await lane.run("database backup", timeout: .seconds(3600)) {
      [path, vfs] () throws(RoostError) in
      try DatabaseFile.copy(path, to: copy, vfs: vfs)
    }
  }

  /// Finishes what waits and closes the file. Later calls are refused.
  public func close() {
    writer.close()
    reader.close()
  }
}

/// The reading lane and its connection.
private final class Reader: Sendable {
  // Used on `lane` only, which runs one call at a time.
  private nonisolated(unsafe) let connection: Connection
  private let lane: any StoppableLane

  init(_ connection: Connection, on lane: any StoppableLane) {
    self.connection = connection
    self.lane = lane
  }

  func read<T: Sendable>(
    timeout: Duration, _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await lane.run("database read", timeout: timeout) { [self] () throws(RoostError) -> T in
      try connection.execute("BEGIN")
      defer { connection.rollBack() }
      return try body(Transaction(connection))
    }
  }

  func close() {
    lane.stop { [self] in connection.close() }
  }
}
