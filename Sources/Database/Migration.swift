// SPDX-License-Identifier: Apache-2.0

import Base

/// One step of a schema's history. Steps only go forward, each in a transaction of its own.
public struct Migration: Sendable {
  /// Kept in the file's `user_version` once done. Starts at 1, rises by 1.
  public let version: Int
  /// What it does, for logs.
  public let name: String
  /// Statements, separated by semicolons.
  public let sql: String

  /// Describes a step.
  public init(version: Int, name: String, sql: String) {
    self.version = version
    self.name = name
    self.sql = sql
  }
}

extension Connection {
  /// "Roos" in SQLite's header: tells Roost's files from other programs'.
  private static let applicationID: Int64 = 0x526F_6F73

  /// Marks a new file as Roost's, and refuses one that belongs to another program.
  private func claim(_ path: String, version: Int) throws(RoostError) {
    let mark = try rows("PRAGMA application_id", []).first?.integer("application_id") ?? 0
    guard mark != Self.applicationID else { return }
    let isEmpty = try rows("SELECT 1 FROM sqlite_schema LIMIT 1", []).isEmpty
    guard mark == 0, isEmpty || version > 0 else {
      throw RoostError(
        .conflict, "\(path) is another program's database; name a new file, or Roost's own.")
    }
    try execute("PRAGMA application_id = \(Self.applicationID)")
  }

  /// Brings a file to the newest schema, or refuses one that is newer than we know.
  func migrate(_ migrations: [Migration], path: String) throws(RoostError) {
    let newest = migrations.last?.version ?? 0
    let found = try rows("PRAGMA user_version", []).first?.int("user_version") ?? 0
    guard found <= newest else {
      throw RoostError(
        .conflict,
        "\(path) has schema version \(found), written by a newer release; this one knows up to "
          + "\(newest). Run the newer release, or restore a backup made by this one.")
    }
    guard migrations.map(\.version) == Array(1..<max(1, newest + 1)) else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "schema versions are \(migrations.map(\.version)), not 1 to \(newest)")
    }
    try claim(path, version: found)
    for step in migrations where step.version > found {
      try execute("BEGIN IMMEDIATE")
      do throws(RoostError) {
        try execute(step.sql)
        try execute("PRAGMA user_version = \(step.version)")
        try execute("COMMIT")
      } catch {
        rollBack()
        throw RoostError(
          error.kind, "\(path): the step to schema version \(step.version) (\(step.name)) failed.",
          operator: error.operator, cause: error)
      }
    }
  }
}
