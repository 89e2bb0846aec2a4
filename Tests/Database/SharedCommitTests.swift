// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Scratch
import Synchronization
import Testing

@testable import Database

@Suite struct SharedCommitTests {
  let folder: TemporaryFolder
  let path: String
  let schema = Migration(
    version: 1, name: "things",
    sql: """
      CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER NOT NULL CHECK (size >= 0)) STRICT;
      CREATE TABLE parts (thing TEXT NOT NULL REFERENCES things (name)) STRICT;
      """)

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("test.db")
  }

  func count(_ database: Database) async throws -> Int64? {
    try await database.read { read throws(RoostError) in
      try read.row("SELECT count(*) AS n FROM things")?.integer("n")
    }
  }

  @Test func nothingCommitsOnceTheTransactionIsLost() async throws {
    let database = try Database.open(path, migrations: [schema])
    let error = await #expect(throws: RoostError.self) {
      try await database.write { write throws(RoostError) in
        try loseTransaction(write)
        // Outside a transaction this would commit by itself.
        _ = try write.run("INSERT INTO things VALUES ('after', 1)")
      }
    }
    #expect(error?.kind == .unavailable)
    #expect(try await count(database) == 0)
  }

  @Test func writesThatShareALostTransactionAreAllRefused() async throws {
    let database = try Database.open(path, migrations: [schema])
    let began = Mutex(false)
    let go = Mutex(false)
    // Holds the writer, so that the others queue up and share one commit.
    async let holder: Void = database.write { _ throws(RoostError) in
      began.withLock { $0 = true }
      while !go.withLock({ $0 }) { usleep(500) }
    }
    while !began.withLock({ $0 }) { await Task.yield() }
    let results = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<20 {
        group.addTask {
          do {
            try await database.write { write throws(RoostError) in
              if number == 10 { try loseTransaction(write) }
              try write.run("INSERT INTO things VALUES (?, 1)", .text("n\(number)"))
            }
            return true
          } catch {
            return false
          }
        }
      }
      go.withLock { $0 = true }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    try await holder
    // However they were grouped: what was acknowledged is there, and nothing else.
    #expect(try await count(database) == Int64(results))
    #expect(results < 20)
    _ = try await database.write { write throws(RoostError) in
      try write.run("INSERT INTO things VALUES ('next', 1)")
    }
    #expect(try await count(database) == Int64(results) + 1)
  }

  @Test(arguments: [
    "INSERT INTO things VALUES ('a', -1)", "INSERT INTO parts VALUES ('nobody')",
    "INSERT INTO things VALUES ('a', NULL)",
  ])
  func brokenConstraintsAreConflicts(_ sql: String) async throws {
    let database = try Database.open(path, migrations: [schema])
    let error = await #expect(throws: RoostError.self) {
      try await database.write { write throws(RoostError) in try write.run(sql) }
    }
    #expect(error?.kind == .conflict)
  }

  @Test func strictTablesRefuseOtherTypes() async throws {
    let database = try Database.open(path, migrations: [schema])
    await #expect(throws: RoostError.self) {
      try await database.write { write throws(RoostError) in
        try write.run("INSERT INTO things VALUES ('a', ?)", "many")
      }
    }
    #expect(try await count(database) == 0)
  }

  @Test func refusesAnotherProgramsDatabase() throws {
    let other = try Connection(path, .writer, vfs: nil)
    try other.execute("CREATE TABLE theirs (x)")
    other.close()
    let error = #expect(throws: RoostError.self) {
      try Database.open(self.path, migrations: [self.schema])
    }
    #expect(error?.kind == .conflict)
    #expect(error?.user.contains("another program") == true)
  }

  @Test func refusesMigrationsWithGaps() {
    let third = Migration(version: 3, name: "third", sql: "SELECT 1")
    #expect(throws: RoostError.self) {
      try Database.open(self.path, migrations: [self.schema, third])
    }
  }

  @Test func aFolderThatIsAbsentIsUnavailable() {
    let error = #expect(throws: RoostError.self) {
      try Database.open("/proc/no-such-folder/db", migrations: [self.schema])
    }
    #expect(error?.kind == .unavailable)
  }

  @Test func refusesADamagedFile() async throws {
    let database = try Database.open(path, migrations: [schema])
    try await database.write { write throws(RoostError) in
      for number in 0..<500 {
        try write.run("INSERT INTO things VALUES (?, 1)", .text("name-\(number)"))
      }
    }
    try await database.backup(to: path + ".copy")
    // The header stays, every later page is noise.
    var bytes = try #require(try SystemDisk().read(path + ".copy", limit: 1 << 24))
    for index in 4096..<bytes.count { bytes[index] = 0xA5 }
    try SystemDisk().replace(path + ".copy", with: bytes, mode: 0o600)
    let error = await #expect(throws: RoostError.self) {
      let damaged = try Database.open(self.path + ".copy", migrations: [self.schema])
      _ = try await damaged.read { read throws(RoostError) in
        try read.rows("SELECT * FROM things")
      }
    }
    #expect(error?.kind == .internal)
  }

  @Test func copiesArePrivateAndReplaceNothing() async throws {
    let database = try Database.open(path, migrations: [schema])
    try await database.backup(to: path + ".copy")
    for file in [path, path + ".copy"] {
      var status = stat()
      #expect(stat(file, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
    let error = await #expect(throws: RoostError.self) {
      try await database.backup(to: self.path + ".copy")
    }
    #expect(error?.kind == .conflict)
  }
}

/// A body that makes SQLite give up the whole transaction, as a full disk can.
private func loseTransaction(_ write: Transaction) throws(RoostError) {
  try write.run("INSERT INTO things VALUES ('before', 1)")
  try write.run("ROLLBACK")
}
