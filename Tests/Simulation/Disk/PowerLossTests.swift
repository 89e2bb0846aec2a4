// SPDX-License-Identifier: Apache-2.0

import Base
import Scratch
import Simulation
import Testing

@testable import Database

/// What SQLite promises over power cuts holds on the simulated disk, and what it does not promise does not.
@Suite(.timeLimit(.minutes(10)))
struct PowerLossTests {
  /// A writer's life on a new volume, ended at a call by a cut of power, and what is wrong afterwards.
  private func faultAfterCut(
    at call: Int, seed: UInt64, synchronous: String = "FULL", faults: DiskFaults = DiskFaults()
  ) throws -> String? {
    let volume = SimulatedVolume()
    var writer = try PairWriter(on: volume)
    writer.synchronous = synchronous
    volume.faults = faults
    let counter = CallCounter(volume, endAt: call) {
      volume.losePower(SeededRandomness(seed: seed))
    }
    _ = Result { try writer.write(12) }
    #expect(counter.count >= call)
    volume.onCall = nil
    volume.comeBack()
    do {
      return try writer.fault()
    } catch {
      return "\(error)"
    }
  }

  private func callsOfALife() throws -> Int {
    let volume = SimulatedVolume()
    var writer = try PairWriter(on: volume)
    let counter = CallCounter(volume)
    try writer.write(12)
    volume.onCall = nil
    #expect(try writer.fault() == nil)
    return counter.count
  }

  @Test func whatWasAcknowledgedSurvivesACutAtEveryCall() throws {
    let calls = try callsOfALife()
    #expect(calls > 200)
    for call in 1...calls {
      for seed in 1...4 as ClosedRange<UInt64> {
        let fault = try faultAfterCut(at: call, seed: UInt64(call) * 1000 + seed)
        #expect(fault == nil, "call \(call), seed \(seed)")
      }
    }
  }

  @Test func whatWasAcknowledgedSurvivesOneCutAfterAnother() throws {
    let calls = UInt64(try callsOfALife())
    for seed in 1...100 as ClosedRange<UInt64> {
      let chance = SeededRandomness(seed: seed)
      let volume = SimulatedVolume()
      var writer = try PairWriter(on: volume)
      for life in 1...6 {
        let isKilled = chance.number(below: 3) == 0
        CallCounter(volume, endAt: Int(1 + chance.number(below: calls))) {
          if isKilled { volume.kill() } else { volume.losePower(chance) }
        }
        _ = Result { try writer.write(12) }
        // A cut soon after a kill, when nothing was flushed in between.
        if isKilled, chance.number(below: 2) == 0 { volume.losePower(chance) }
        volume.onCall = nil
        volume.comeBack()
        let fault = try writer.fault()
        try #require(fault == nil, "seed \(seed), life \(life)")
        try writer.settle()
      }
    }
  }

  @Test func withoutFlushesSomethingIsLost() throws {
    let faults = try (1...60).map { seed in
      try faultAfterCut(at: 150 + seed * 2, seed: UInt64(seed), synchronous: "OFF")
    }
    let lost = faults.compactMap { $0 }
    #expect(lost.count > 10)
    #expect(lost.contains { $0.hasSuffix("are lost") })
    #expect(lost.contains { !$0.hasSuffix("are lost") }, "torn databases are found")
  }

  @Test func aDiskThatIgnoresFlushesLosesWhatWasAcknowledged() throws {
    let faults = try (1...30).map { seed in
      try faultAfterCut(
        at: 150 + seed * 4, seed: UInt64(seed), faults: DiskFaults(ignoresSyncs: true))
    }
    #expect(faults.contains { $0 != nil })
  }

  @Test func aKillLosesNothingWhateverIsFlushed() throws {
    let calls = try callsOfALife()
    for call in stride(from: 1, through: calls, by: 3) {
      let volume = SimulatedVolume()
      var writer = try PairWriter(on: volume)
      writer.synchronous = "OFF"
      CallCounter(volume, endAt: call) { volume.kill() }
      _ = Result { try writer.write(12) }
      volume.onCall = nil
      volume.comeBack()
      #expect(try writer.fault() == nil, "call \(call)")
    }
  }

  @Test func aTornPageOfTheLogEndsItThere() throws {
    let volume = SimulatedVolume()
    let vfs = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    let connection = try Connection("/a.db", .writer, vfs: vfs.name)
    try connection.execute("CREATE TABLE t (x INTEGER)")
    var ends: [Int] = []
    for number in 0..<5 {
      try connection.execute("INSERT INTO t VALUES (\(number))")
      ends.append(Int(try #require(try volume.disk().size(of: "/a.db-wal"))))
    }
    volume.kill()
    connection.close()
    volume.comeBack()
    // One sector within the last page of the fourth.
    let disk = volume.disk()
    var log = try #require(try disk.read("/a.db-wal", limit: 1 << 20))
    let sector = (ends[3] - 2048) / 512 * 512
    for place in sector..<sector + 512 { log[place] ^= 0xFF }
    try disk.replace("/a.db-wal", with: log, mode: 0o600)
    let again = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    let rows = try DatabaseFile.read("/a.db", vfs: again.name) { read throws(RoostError) in
      try read.rows("SELECT x FROM t ORDER BY x").map { row throws(RoostError) in
        try row.integer("x")
      }
    }
    #expect(rows == [0, 1, 2])
  }

  @Test func aCopyIsOnTheDiskOnceItIsMade() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let volume = SimulatedVolume()
      var writer = try PairWriter(on: volume)
      try writer.write(12)
      let vfs = try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
      let copy = PairWriter.folder + "/copy"
      try DatabaseFile.copy(PairWriter.path, to: copy, vfs: vfs.name)
      volume.losePower(SeededRandomness(seed: seed))
      volume.comeBack()
      // A journal that came back would undo it.
      #expect(try writer.fault(in: copy) == nil, "seed \(seed)")
    }
  }
}
