// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Testing

@testable import Database

/// What a volume does to those who use it when something ends or fails.
@Suite struct VolumeTests {
  private let volume = SimulatedVolume(capacity: 1 << 20)

  @Test func aKillLeavesWhatWasNotFlushed() throws {
    let file = try volume.disk().create("/file", mode: 0o600)
    try file.append([1, 2, 3])
    volume.kill()
    volume.comeBack()
    #expect(try volume.disk().read("/file", limit: 10) == [1, 2, 3])
  }

  @Test func nothingIsServedBetweenAnEndAndTheNextBeginning() throws {
    let disk = volume.disk()
    try disk.replace("/file", with: [1], mode: 0o600)
    for end in [volume.kill, { volume.losePower(SeededRandomness()) }] {
      end()
      #expect(!volume.isOnline)
      let next = volume.disk()
      #expect(throws: RoostError.self) { try next.read("/file", limit: 10) }
      volume.comeBack()
      #expect(try next.read("/file", limit: 10) == [1])
    }
  }

  @Test func whatWasOpenBeforeStaysDead() throws {
    let vfs = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    let connection = try Connection("/a.db", .writer, vfs: vfs.name)
    try connection.execute("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1)")
    let (disk, file) = (volume.disk(), try volume.disk().create("/file", mode: 0o600))
    volume.kill()
    volume.comeBack()
    #expect(throws: RoostError.self) { try connection.execute("INSERT INTO t VALUES (2)") }
    #expect(throws: RoostError.self) { try connection.rows("SELECT * FROM t", []) }
    #expect(throws: RoostError.self) { _ = try Connection("/b.db", .writer, vfs: vfs.name) }
    #expect(throws: RoostError.self) { try file.append([1]) }
    #expect(throws: RoostError.self) { try file.flush() }
    #expect(throws: RoostError.self) { try disk.replace("/file", with: [1], mode: 0o600) }
    #expect(throws: RoostError.self) { try disk.remove("/a.db") }
    // Their closing has no effect on who came after: SQLite would remove the log.
    let next = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    let successor = try Connection("/a.db", .writer, vfs: next.name)
    try successor.execute("INSERT INTO t VALUES (3)")
    connection.close()
    file.close()
    #expect(try successor.rows("SELECT * FROM t", []).count == 2)
    try successor.execute("INSERT INTO t VALUES (4)")
    successor.close()
    let paths = volume.contents.map(\.path)
    #expect(paths == ["/a.db", "/file"])
    #expect(try volume.disk().size(of: "/file") == 0)
  }

  @Test func aCallInWhichTheEndComesFails() throws {
    let disk = volume.disk()
    let counter = CallCounter(volume, endAt: 5) { [volume] in volume.kill() }
    // Opened, written, flushed, renamed, and then its folder.
    #expect(throws: RoostError.self) { try disk.replace("/file", with: [1], mode: 0o600) }
    #expect(counter.count == 5)
    volume.onCall = nil
    #expect(volume.contents.map(\.path) == ["/file"])
  }

  @Test func aFullVolumeTakesWhatFitsAndSaysSo() throws {
    let file = try volume.disk().create("/file", mode: 0o600)
    try file.append([UInt8](repeating: 1, count: 1 << 19))
    let error = #expect(throws: RoostError.self) {
      try file.append([UInt8](repeating: 2, count: 1 << 20))
    }
    #expect(error?.user.contains("full") == true)
    #expect(try volume.disk().size(of: "/file") == 1 << 20)
    #expect(try volume.disk().space(at: "/") == (1 << 20, 0))
    try volume.disk().remove("/file")
    #expect(volume.used == 1 << 20, "it is still open")
    file.close()
    #expect(volume.used == 0)
  }

  @Test func aFullDiskRollsBackAndIsSurvived() async throws {
    let vfs = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    let conduct = Conduct(clock: SystemClock(), randomness: SeededRandomness())
    let database = try Database.open(
      "/a.db",
      migrations: [
        Migration(version: 1, name: "t", sql: "CREATE TABLE t (x INTEGER, y BLOB) STRICT")
      ], vfs: vfs.name, lanes: DatabaseLanes { _ in SimulatedLane(conduct) })
    defer { database.close() }
    func insert(_ number: Int64) async throws {
      try await database.write { write throws(RoostError) in
        for _ in 0..<2 {
          try write.run(
            "INSERT INTO t VALUES (?, ?)", .integer(number),
            .blob([UInt8](repeating: 1, count: 30_000)))
        }
      }
    }
    var written: Int64 = 0
    let error = await #expect(throws: RoostError.self) {
      while written < 1000 {
        try await insert(written)
        written += 1
      }
    }
    #expect(error?.user == "The store's disk is full; nothing was changed.")
    func count() async throws -> Int64? {
      try await database.read { read throws(RoostError) in
        try read.row("SELECT count(*) AS n FROM t")?.integer("n")
      }
    }
    #expect(written > 3)
    #expect(try await count() == written * 2)
    volume.capacity = 1 << 30
    try await insert(written)
    #expect(try await count() == written * 2 + 2)
  }

  @Test func faultsComeAsOftenAsTold() throws {
    let disk = volume.disk()
    func outcomes(_ faults: DiskFaults, _ body: () throws -> Void) -> [Bool] {
      volume.faults = faults
      defer { volume.faults = DiskFaults() }
      return (0..<4).map { _ in (try? body()) != nil }
    }
    let write = { try disk.makeFolder("/folder", mode: 0o700) }
    let read = { _ = try disk.list("/") }
    #expect(outcomes(DiskFaults(writes: .next(2)), write) == [false, false, true, true])
    #expect(outcomes(DiskFaults(writes: .all), write) == [false, false, false, false])
    #expect(outcomes(DiskFaults(writes: .all), read) == [true, true, true, true])
    #expect(outcomes(DiskFaults(reads: .next(1)), read) == [false, true, true, true])
    let some = (0..<400).map { _ in outcomes(DiskFaults(reads: .some(5000)), read) }.joined()
    #expect((600...1000).contains(some.count { $0 }))
  }

  @Test func aFlushThatFailsMayLoseWhatCountsAsWritten() throws {
    var (lost, kept) = (0, 0)
    for seed in 1...64 as ClosedRange<UInt64> {
      let volume = SimulatedVolume(randomness: SeededRandomness(seed: seed))
      let file = try volume.disk().create("/file", mode: 0o600)
      try volume.disk().rename("/file", to: "/named")
      try file.append([1])
      volume.faults.syncs = .next(1)
      #expect(throws: RoostError.self) { try file.flush() }
      // Says that all is well, for all that it knows.
      try file.flush()
      volume.losePower(SeededRandomness(seed: seed))
      volume.comeBack()
      switch try volume.disk().read("/named", limit: 10) {
      case [1]: kept += 1
      default: lost += 1
      }
    }
    #expect(lost > 10 && kept > 10)
  }

  @Test func aDiskThatIgnoresWritesKeepsNothing() throws {
    let disk = volume.disk()
    try disk.replace("/old", with: [1], mode: 0o600)
    volume.faults.ignoresWrites = true
    try disk.replace("/new", with: [2], mode: 0o600)
    try disk.replace("/old", with: [2], mode: 0o600)
    try disk.remove("/old")
    try disk.makeFolder("/folder", mode: 0o700)
    volume.faults = DiskFaults()
    #expect(volume.contents.map(\.path) == ["/old"])
    #expect(try disk.read("/old", limit: 10) == [1])
  }

  @Test func theSameSeedLeavesTheSameBytes() throws {
    func bytes(_ seed: UInt64) throws -> [String] {
      let volume = SimulatedVolume()
      let disk = volume.disk()
      for number in 0..<40 {
        let file = try disk.create("/\(number % 7)", mode: 0o600)
        try file.append([UInt8](repeating: UInt8(number), count: 700 * number))
        if number % 3 == 0 { try file.flush() }
        if number % 5 == 0 { try disk.rename("/\(number % 7)", to: "/\(number % 4)") }
      }
      volume.losePower(SeededRandomness(seed: seed))
      return volume.contents.map { "\($0.path) \($0.bytes)" }
    }
    for seed in 1...20 as ClosedRange<UInt64> { #expect(try bytes(seed) == bytes(seed)) }
    #expect(Set(try (1...20).map { try bytes($0) }).count > 10)
  }

  @Test func theSameSeedGivesTheSameCallsAndRows() throws {
    func life(_ seed: UInt64) throws -> [String] {
      let (volume, chance) = (SimulatedVolume(), SeededRandomness(seed: seed))
      let calls = CallLog(volume)
      var writer = try PairWriter(on: volume)
      for _ in 0..<3 {
        calls.endAt(Int(chance.number(below: 300))) { volume.losePower(chance) }
        _ = Result { try writer.write(12) }
        volume.comeBack()
      }
      return calls.lines + ["\(writer.acknowledged)"]
    }
    for seed in 1...10 as ClosedRange<UInt64> { #expect(try life(seed) == life(seed)) }
  }
}
