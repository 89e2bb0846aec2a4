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
