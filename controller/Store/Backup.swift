// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database

/// A copy of the whole store in one file, which says of itself what it is.
///
/// It is a SQLite file like the store's, with one table more. It holds every record and the hashes of
/// passwords; keys and images' bytes are not in it.
public enum Backup {
  /// What a backup says of itself.
  public struct Mark: Sendable, Hashable {
    public var madeAt: Timestamp
    /// The release of the program that made it.
    public var release: String
  }

  /// Copies a store's file, which may be in use, to a new file.
  ///
  /// - Parameter vfs: SQLite's name for the file system layer of `disk`; nil is the machine's.
  /// - Throws: `conflict` if the new file exists; what is wrong with the store.
  public static func make(
    of database: String, at path: String, time: Timestamp, disk: any Disk, vfs: String? = nil
  ) throws(RoostError) {
    guard try !disk.exists(path) else {
      throw RoostError(.conflict, "\(path) exists; name a new file.")
    }
    let aside = path + ".partial"
    try removeDatabase(aside, disk)
    do throws(RoostError) {
      try DatabaseFile.copy(database, to: aside, vfs: vfs)
      try DatabaseFile.change(aside, vfs: vfs) { (tx) throws(RoostError) in
        try tx.run(
          """
          CREATE TABLE backup (id INTEGER PRIMARY KEY CHECK (id = 1), made_at INTEGER NOT NULL,
            release TEXT NOT NULL) STRICT
          """)
        try tx.run(
          "INSERT INTO backup (id, made_at, release) VALUES (1, ?, ?)", .time(time),
          .text(Release.version))
      }
      try requireSound(aside, name: database, vfs)
    } catch {
      try removeDatabase(aside, disk)
      throw error
    }
    try disk.rename(aside, to: path)
  }

  /// Makes a store's file out of a backup: checked, with this release's schema and in an epoch of its
  /// own. The backup stays as it is.
  ///
  /// - Parameters:
  ///   - path: a new file.
  ///   - generation: the newest of a store that this one takes the place of.
  ///   - vfs: SQLite's name for the file system layer of `disk`; nil is the machine's.
  ///   - body: reads what the caller wants to know of it.
  /// - Throws: `badRequest` for a file that is no backup, `conflict` for one of a newer release.
  public static func unpack<T>(
    _ backup: String, to path: String, outdoing generation: Generation, at time: Timestamp,
    disk: any Disk, vfs: String? = nil, _ body: (Transaction) throws(RoostError) -> T
  ) throws(RoostError) -> (mark: Mark, T) {
    guard try disk.exists(backup) else {
      throw RoostError(.notFound, "The backup \(backup) does not exist.")
    }
    let (mark, version): (Mark, Int64)
    do throws(RoostError) {
      (mark, version) = try DatabaseFile.read(backup, vfs: vfs) { (tx) throws(RoostError) in
        (try tx.mark(), try tx.row("PRAGMA user_version")?.integer("user_version") ?? 0)
      }
    } catch {
      throw RoostError(
        .badRequest,
        "\(backup) is no backup that `roost-controller backup` made, or it is damaged.",
        operator: error.operator, cause: error)
    }
    guard version <= Schema.migrations.count else {
      throw RoostError(
        .conflict,
        "\(backup) was made by release \(mark.release), which is newer: it has schema version "
          + "\(version), and this release knows up to \(Schema.migrations.count).")
    }
    try removeDatabase(path, disk)
    do throws(RoostError) {
      try requireSound(backup, name: backup, vfs)
      try DatabaseFile.copy(backup, to: path, vfs: vfs)
      let value = try DatabaseFile.change(path, migrations: Schema.migrations, vfs: vfs) {
        (tx) throws(RoostError) in
        try tx.run("DROP TABLE backup")
        try tx.beginEpoch(after: generation, at: time)
        return try body(tx)
      }
      return (mark, value)
    } catch {
      try removeDatabase(path, disk)
      throw error
    }
  }

  /// Removes a database and what SQLite keeps beside it; none there is fine.
  private static func removeDatabase(_ path: String, _ disk: any Disk) throws(RoostError) {
    for suffix in ["", "-wal", "-shm", "-journal"] { try disk.remove(path + suffix) }
  }

  private static func requireSound(
    _ path: String, name: String, _ vfs: String?
  ) throws(RoostError) {
    let faults = try DatabaseFile.faults(of: path, vfs: vfs)
    guard faults.isEmpty else {
      throw RoostError(
        .conflict, "\(name) is damaged.", operator: faults.joined(separator: "; "))
    }
  }
}

extension Transaction {
  fileprivate func mark() throws(RoostError) -> Backup.Mark {
    guard let row = try row("SELECT made_at, release FROM backup") else {
      throw RoostError(.badRequest, "The backup does not say when it was made.")
    }
    return Backup.Mark(madeAt: try row.time("made_at"), release: try row.text("release"))
  }
}
