// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Lanes
import Simulation
import Synchronization
import Testing

/// A commit that a killed process had written and not flushed: whoever has seen it must find it again.
@Suite struct LogSettlingTests {
  private static let migrations = [
    Migration(version: 1, name: "rows", sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY) STRICT")
  ]

  private struct Opened {
    let vfs: SimulatedVFS
    let database: Database
  }

  private func open(_ volume: SimulatedVolume) throws -> Opened {
    let clock = SimulatedClock(Timeline(seed: 1))
    let vfs = try SimulatedVFS(on: volume, clock: clock, randomness: SeededRandomness())
    let conduct = Conduct(clock: clock, randomness: SeededRandomness())
    return Opened(
      vfs: vfs,
      database: try Database.open(
        "/rows.db", migrations: Self.migrations, vfs: vfs.name,
        lanes: DatabaseLanes { _ in SimulatedLane(conduct) }))
  }

  private func count(_ opened: Opened) async throws -> Int {
    try await opened.database.read { (tx) throws(RoostError) in
      try tx.rows("SELECT id FROM rows").count
    }
  }

  @Test func whatOnceWasSeenIsThereAfterALossOfPower() async throws {
    for seed in 0..<30 as Range<UInt64> {
      let volume = SimulatedVolume(randomness: SeededRandomness(seed: seed))
      let first = try open(volume)
      let isArmed = Mutex(true)
      volume.onCall = { call in
        guard call.operation == .sync, call.path.hasSuffix("-wal"), isArmed.withLock({ $0 }) else {
          return
        }
        isArmed.withLock { $0 = false }
        volume.kill()
      }
      _ = try? await first.database.write { (tx) throws(RoostError) in
        try tx.run("INSERT INTO rows VALUES (1)")
      }
      volume.onCall = nil
      volume.comeBack()
      let seen = try await count(try open(volume))
      volume.losePower(SeededRandomness(seed: seed))
      volume.comeBack()
      #expect(try await count(try open(volume)) >= seen, "seed \(seed)")
    }
  }
}
