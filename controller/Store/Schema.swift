// SPDX-License-Identifier: Apache-2.0

public import Database

/// The schema's history. Every area describes its own tables; the order here follows who refers to
/// whom.
public enum Schema {
  /// The tables of the first version.
  private static let first = [
    IdentitySchema.sql,
    ImageSchema.sql,
    FleetSchema.sql,
    ComputeSchema.sql,
    NetworkSchema.sql,
    FleetSchema.claimsSQL,
  ]

  /// All steps from an empty file to what this release knows.
  public static let migrations = [
    Migration(version: 1, name: "first tables", sql: first.joined(separator: "\n")),
    Migration(version: 2, name: "removal of orphans", sql: FleetSchema.orphanRemovalSQL),
    Migration(version: 3, name: "enrolments and certificates of nodes", sql: AccessSchema.sql),
    Migration(version: 4, name: "recorded reports", sql: FleetSchema.recordedReportsSQL),
  ]
}
