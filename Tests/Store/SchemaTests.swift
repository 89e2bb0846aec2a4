// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Scratch
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SchemaTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("controller.db") }

  init() throws { folder = try TemporaryFolder() }

  @Test func anEmptyFileBecomesTheNewestSchema() async throws {
    let store = try Store.open(path)
    defer { store.close() }
    let (version, tables) = try await store.read { tx throws(RoostError) in
      (
        try tx.row("PRAGMA user_version")?.integer("user_version"),
        try tx.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL")
      )
    }
    #expect(version == Int64(Schema.migrations.count))
    #expect(tables.count > 15)
    // SQLite keeps the wrong type in a column of a table that isn't STRICT.
    for table in tables where try !table.text("name").hasPrefix("sqlite_") {
      let sql = try table.text("sql")
      #expect(sql.contains("STRICT"), "\(sql)")
    }
  }

  @Test(arguments: Schema.migrations.indices)
  func everyOlderSchemaIsBroughtUpToDate(_ version: Int) async throws {
    try Database.open(path, migrations: Array(Schema.migrations.prefix(version))).close()
    let store = try Store.open(path)
    defer { store.close() }
    try await store.furnish()
    let known = try await store.read { tx throws(RoostError) in
      (try tx.nodes().count, try tx.enrolments().count, try tx.revocations().count)
    }
    #expect(known == (1, 0, 0))
  }

  @Test func everyReferenceIsKept() async throws {
    let store = try Store.open(path)
    defer { store.close() }
    try await store.furnish()
    let (isOn, broken) = try await store.write { tx throws(RoostError) in
      (
        try tx.row("PRAGMA foreign_keys")?.integer("foreign_keys"),
        try tx.rows("PRAGMA foreign_key_check").count
      )
    }
    #expect(isOn == 1)
    #expect(broken == 0)
  }

  @Test func aStoreOpensAgainAsItWas() async throws {
    let first = try Store.open(path)
    try await first.furnish()
    first.close()
    let second = try Store.open(path)
    defer { second.close() }
    #expect(
      try await second.read { tx throws(RoostError) in try tx.projects() } == [Samples.project])
    #expect(try SystemDisk().size(of: path) != nil)
  }

  @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
    let newer = Schema.migrations.count + 1
    let step = Migration(version: newer, name: "later", sql: "CREATE TABLE later (x TEXT) STRICT")
    try Database.open(path, migrations: Schema.migrations + [step]).close()
    let error = #expect(throws: RoostError.self) { try Store.open(self.path) }
    #expect(error?.kind == .conflict)
    #expect(error?.user.contains("schema version \(newer), written by a newer release") == true)
    // The newer release still reads it.
    try Database.open(path, migrations: Schema.migrations + [step]).close()
  }

  @Test func onlyTheOwnerMayReadTheFile() throws {
    try Store.open(path).close()
    let mode = try fileMode(path)
    #expect(mode & 0o777 == 0o600)
  }
}
