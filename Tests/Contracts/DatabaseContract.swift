// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database

/// Where a database is held to its contract.
public struct DatabasePlace: Sendable {
  let folder: String
  let disk: any Disk
  let vfs: String?
  let lanes: DatabaseLanes

  /// - Parameters:
  ///   - folder: an empty folder of `disk`.
  ///   - vfs: SQLite's name for the file system layer of `disk`; nil is the machine's.
  public init(folder: String, disk: any Disk, vfs: String? = nil, lanes: DatabaseLanes = .threads) {
    self.folder = folder
    self.disk = disk
    self.vfs = vfs
    self.lanes = lanes
  }

  var path: String { "\(folder)/test.db" }

  static let schema = Migration(
    version: 1, name: "things",
    sql: "CREATE TABLE things (name TEXT PRIMARY KEY, more BLOB) STRICT")

  func open(_ path: String? = nil) throws(RoostError) -> Database {
    try Database.open(path ?? self.path, migrations: [Self.schema], vfs: vfs, lanes: lanes)
  }

  func exists(_ suffix: String) throws(RoostError) -> Bool { try disk.exists(path + suffix) }
}

/// What every database must do, on the machine's disk and on the simulated one alike.
///
/// - Throws: `Broken`, naming the promise that was not kept.
public func requireDatabaseContract(_ place: DatabasePlace) async throws {
  try await requireWrites(place)
  try await requireSharing(place)
  try await requireCheckpoints(place)
  try await requireCopies(place)
  try await requireReaders(place)
  try await requireRefusals(place)
}

private func insert(_ name: String, bytes: Int = 0, into database: Database)
  async throws(RoostError)
{
  _ = try await database.write { write throws(RoostError) in
    try write.run(
      "INSERT INTO things VALUES (?, ?)", .text(name), .blob([UInt8](repeating: 7, count: bytes)))
  }
}

private func names(_ database: Database) async throws(RoostError) -> [String] {
  try await database.read { read throws(RoostError) in
    try read.rows("SELECT name FROM things ORDER BY name").map { row throws(RoostError) in
      try row.text("name")
    }
  }
}

private func requireWrites(_ place: DatabasePlace) async throws {
  let first = try place.open()
  try await insert("a", into: first)
  try await requireFailure(.conflict, "the second of its name") { () async throws(RoostError) in
    try await insert("a", into: first)
  }
  try await requireFailure(.forbidden, "a body that throws") { () async throws(RoostError) in
    try await first.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES ('undone', NULL)")
      throw RoostError(.forbidden, "no")
    }
  }
  try await insert("b", into: first)
  let written = try await names(first)
  try await require(written == ["a", "b"], "what was written is read, and nothing else")
  first.close()
  try await requireFailure(.unavailable, "a write after the close") { () async throws(RoostError) in
    try await insert("c", into: first)
  }
  let again = try place.open()
  let kept = try await names(again)
  try await require(kept == written, "what was written outlives the close")
  _ = try await again.write { write throws(RoostError) in try write.run("DELETE FROM things") }
  again.close()
}

private func requireSharing(_ place: DatabasePlace) async throws {
  let (one, other) = (try place.open(), try place.open())
  try await insert("one", into: one)
  let seen = try await names(other)
  try await insert("other", into: other)
  let both = try await names(one)
  try await require(
    seen == ["one"] && both == ["one", "other"], "two who have it open see each other's writes")
  one.close()
  let left = try await names(other)
  try await require(left == both, "one may leave before the other")
  other.close()
}

private func requireCheckpoints(_ place: DatabasePlace) async throws {
  let database = try place.open()
  // More than SQLite lets a log grow to.
  for number in 0..<150 { try await insert("\(1000 + number)", bytes: 40_000, into: database) }
  let log = try place.disk.size(of: place.path + "-wal") ?? 0
  let whole = try place.disk.size(of: place.path) ?? 0
  try await require(
    log > 0 && log < 5_500_000 && whole > 1_000_000, "the log is copied into the database in time")
  // Larger than SQLite's cache: goes through a file without a name.
  let sorted = try await database.read { read throws(RoostError) in
    try read.rows("SELECT name FROM things ORDER BY more, name DESC LIMIT 1").first?.text("name")
  }
  try await require(sorted == "other", "what is too large for memory is sorted all the same")
  database.close()
  let again = try place.open()
  let count = try await names(again).count
  try await require(count == 152, "what was copied is there")
  again.close()
  // A real lane closes the file by itself, later; a call that waits behind is refused by then.
  let faults = try DatabaseFile.faults(of: place.path, vfs: place.vfs)
  try await require(faults.isEmpty, "a database is sound: \(faults)")
}

private func requireCopies(_ place: DatabasePlace) async throws {
  let database = try place.open()
  let copy = "\(place.folder)/copy.db"
  try await database.backup(to: copy)
  try await insert("later", into: database)
  try await requireFailure(.conflict, "a copy onto a copy") { () async throws(RoostError) in
    try await database.backup(to: copy)
  }
  _ = try await database.write { write throws(RoostError) in
    try write.run("DELETE FROM things WHERE name > '1000'")
  }
  let count = try DatabaseFile.change(copy, vfs: place.vfs) { change throws(RoostError) in
    try change.run("DELETE FROM things WHERE name > '1010'")
  }
  try await require(count == 141, "a copy has what there was, and is changed by itself")
  try await require(
    !place.disk.exists(copy + "-wal") && !place.disk.exists(copy + "-journal"),
    "a changed file stands alone")
  try place.disk.rename(copy, to: copy + ".moved")
  let rest = try DatabaseFile.read(copy + ".moved", vfs: place.vfs) { read throws(RoostError) in
    try read.row("SELECT count(*) AS n FROM things")?.integer("n")
  }
  try await require(rest == 11, "and can be moved")
  database.close()
}

private func requireReaders(_ place: DatabasePlace) async throws {
  let database = try place.open()
  defer { database.close() }
  try await insert("in the log", into: database)
  // As a crash leaves it.
  let (left, log) = ("\(place.folder)/left.db", "\(place.folder)/left.db-wal")
  for (from, to) in [(place.path, left), (place.path + "-wal", log)] {
    let bytes = try place.disk.read(from, limit: 1 << 24) ?? []
    try place.disk.replace(to, with: bytes, mode: 0o600)
  }
  let bytes = try (place.disk.read(left, limit: 1 << 24), place.disk.read(log, limit: 1 << 24))
  let found = try DatabaseFile.read(left, vfs: place.vfs) { read throws(RoostError) in
    try read.row("SELECT 1 FROM things WHERE name = 'in the log'") != nil
  }
  try await require(found, "what is in a log counts")
  let after = try (place.disk.read(left, limit: 1 << 24), place.disk.read(log, limit: 1 << 24))
  try await require(bytes == after, "whoever only reads changes neither database nor log")
}

private func requireRefusals(_ place: DatabasePlace) async throws {
  let path = "\(place.folder)/other.db"
  try place.disk.replace(path, with: Array("not a database at all".utf8), mode: 0o600)
  try await requireFailure(nil, "a file that is no database") { () throws(RoostError) in
    _ = try place.open(path)
  }
  try await requireFailure(.unavailable, "a folder that is absent") { () throws(RoostError) in
    _ = try place.open("\(place.folder)/nowhere/test.db")
  }
  try await requireFailure(.unavailable, "a read of what is absent") { () throws(RoostError) in
    _ = try DatabaseFile.faults(of: "\(place.folder)/absent.db", vfs: place.vfs)
  }
}
