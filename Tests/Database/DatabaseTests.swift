// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Glibc
import Scratch
import Synchronization
import Testing

@Suite struct DatabaseTests {
  let folder: TemporaryFolder
  let path: String
  let first = Migration(
    version: 1, name: "things",
    sql: "CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER NOT NULL, more BLOB) STRICT")
  let second = Migration(
    version: 2, name: "colours", sql: "ALTER TABLE things ADD COLUMN colour TEXT")

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("test.db")
  }

  @Test func keepsWhatWasWritten() async throws {
    let database = try Database.open(path, migrations: [first])
    try await database.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 7, .blob([1, 2]))
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "b", 8, nil)
    }
    database.close()
    let again = try Database.open(path, migrations: [first])
    let rows = try await again.read { read throws(RoostError) in
      try read.rows("SELECT * FROM things ORDER BY name")
    }
    #expect(try rows.map { try $0.text("name") } == ["a", "b"])
    #expect(try rows[0].integer("size") == 7)
    #expect(try rows[0].blob("more") == [1, 2])
    #expect(try rows[1].optionalBlob("more") == nil)
    #expect(throws: RoostError.self) { try rows[1].blob("more") }
    #expect(throws: RoostError.self) { try rows[0].integer("absent") }
  }

  @Test func tellsWhoWatchesOfEveryRowThatChanges() async throws {
    let link = Migration(
      version: 2, name: "parts",
      sql: """
        CREATE TABLE parts (
          thing TEXT NOT NULL REFERENCES things (name) ON DELETE CASCADE, number INTEGER NOT NULL,
          PRIMARY KEY (thing, number)
        ) STRICT, WITHOUT ROWID
        """)
    let told = Mutex<[String]>([])
    let database = try Database.open(path, migrations: [first, link]) { change in
      let texts = change.texts("name") + change.texts("thing") + change.texts("size")
      told.withLock { $0.append("\(change.table) \(texts.joined(separator: ","))") }
    }
    try await database.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 7, nil)
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "b", 7, nil)
      try write.run("INSERT INTO parts VALUES (?, ?)", "a", 1)
      try write.run("UPDATE things SET name = ? WHERE name = ?", "c", "b")
      try write.run("UPDATE things SET size = 8 WHERE name = ?", "c")
      try write.run("DELETE FROM things WHERE name = ?", "a")
      try write.run("DELETE FROM things")
    }
    let heard = told.withLock { $0.sorted() }
    #expect(
      heard == [
        "parts a", "parts a", "things a", "things a", "things b", "things b,c", "things c",
        "things c",
      ])
  }

  @Test func seesFromBesideWhatIsCommittedLater() async throws {
    let database = try Database.open(path, migrations: [first])
    let view = try DatabaseView(path)
    func names() throws -> [String] {
      try view.read { (tx) throws(RoostError) in
        try tx.rows("SELECT name FROM things").map { (row) throws(RoostError) in
          try row.text("name")
        }
      }
    }
    #expect(try names() == [])
    _ = try await database.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 7, nil)
    }
    #expect(try names() == ["a"])
  }

  @Test func undoesOnlyTheWriteThatFails() async throws {
    let database = try Database.open(path, migrations: [first])
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          do {
            try await database.write { write throws(RoostError) in
              try write.run("INSERT INTO things VALUES (?, ?, ?)", .text("n\(number)"), 1, nil)
              if number % 10 == 0 { throw RoostError(.conflict, "refused") }
            }
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(outcomes == 180)
    let count = try await database.read { read throws(RoostError) in
      try read.row("SELECT count(*) AS n FROM things")?.integer("n")
    }
    #expect(count == 180)
  }

  @Test func namesConstraintsAsConflicts() async throws {
    let database = try Database.open(path, migrations: [first])
    let error = await #expect(throws: RoostError.self) {
      try await database.write { write throws(RoostError) in
        try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 1, nil)
        try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 2, nil)
      }
    }
    #expect(error?.kind == .conflict)
    #expect(error?.operator?.contains("things.name") == true)
  }

  @Test func migratesForwardAndRefusesNewer() async throws {
    try Database.open(path, migrations: [first]).close()
    try Database.open(path, migrations: [first, second]).close()
    let error = #expect(throws: RoostError.self) {
      try Database.open(self.path, migrations: [self.first])
    }
    #expect(error?.kind == .conflict)
    #expect(error?.user.contains("version 2") == true)
  }

  @Test func leavesTheFileAsItWasWhenAStepFails() async throws {
    let broken = Migration(version: 2, name: "broken", sql: "CREATE TABLE extra (x) STRICT")
    #expect(throws: RoostError.self) {
      try Database.open(self.path, migrations: [self.first, broken])
    }
    let database = try Database.open(path, migrations: [first, second])
    _ = try await database.read { read throws(RoostError) in
      try read.rows("SELECT colour FROM things")
    }
  }

  @Test func readsCannotWrite() async throws {
    let database = try Database.open(path, migrations: [first])
    await #expect(throws: RoostError.self) {
      try await database.read { read throws(RoostError) in try read.run("DELETE FROM things") }
    }
  }

  @Test func refusesWhatIsNoDatabase() throws {
    try SystemDisk().replace(path, with: Array("not a database at all".utf8), mode: 0o600)
    #expect(throws: RoostError.self) { try Database.open(self.path, migrations: [self.first]) }
  }

  @Test func copiesWhileInUse() async throws {
    let database = try Database.open(path, migrations: [first])
    _ = try await database.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES (?, ?, ?)", "a", 1, nil)
    }
    try await database.backup(to: path + ".copy")
    let copy = try Database.open(path + ".copy", migrations: [first])
    let count = try await copy.read { read throws(RoostError) in
      try read.row("SELECT count(*) AS n FROM things")?.integer("n")
    }
    #expect(count == 1)
  }

  @Test func refusesCallsAfterClose() async throws {
    let database = try Database.open(path, migrations: [first])
    database.close()
    let error = await #expect(throws: RoostError.self) {
      try await database.write { write throws(RoostError) in try write.run("DELETE FROM things") }
    }
    #expect(error?.kind == .unavailable)
  }
}
