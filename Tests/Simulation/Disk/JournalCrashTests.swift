// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Journal
import NodeProtocol
import Simulation
import Testing

/// An agent's journal over crashes at every call, its making included.
@Suite(.timeLimit(.minutes(5)))
struct JournalCrashTests {
  /// One agent's use of its journal on a volume.
  private struct Life {
    let volume: SimulatedVolume
    private(set) var acknowledged: [InstanceID] = []

    init(on volume: SimulatedVolume) throws {
      self.volume = volume
      try volume.disk().makeFolder("/agent", mode: 0o700)
      volume.writeBack()
    }

    private func open(_ vfs: SimulatedVFS) throws(RoostError) -> (Journal, Journal.Damaged?) {
      let conduct = Conduct(clock: SystemClock(), randomness: SeededRandomness())
      let (journal, damaged) = try Journal.openOrReplace(
        "/agent/journal.db", disk: volume.disk(), clock: SystemClock(), vfs: vfs.name,
        lanes: DatabaseLanes { _ in SimulatedLane(conduct) })
      return (journal, damaged)
    }

    private func vfs() throws(RoostError) -> SimulatedVFS {
      try SimulatedVFS(on: volume, clock: SystemClock(), randomness: SeededRandomness())
    }

    mutating func run(_ ids: [InstanceID]) async throws {
      let vfs = try vfs()
      let (journal, _) = try open(vfs)
      defer { journal.close() }
      for id in ids {
        var desired = Desired()
        desired.instanceID = id
        desired.generation = Generation(epoch: 1, number: 1)
        desired.target = .running
        desired.spec = InstanceSpec()
        _ = try await journal.apply([desired])
        acknowledged.append(id)
      }
    }

    /// What is wrong with the journal; nil if nothing is.
    func fault() async throws -> String? {
      let vfs = try vfs()
      let (journal, damaged) = try open(vfs)
      defer { journal.close() }
      if let damaged { return damaged.reason }
      let entries = try await journal.entries().map(\.instance)
      let lost = acknowledged.filter { !entries.contains($0) }
      return lost.isEmpty ? nil : "\(lost) are lost"
    }
  }

  @Test func aJournalOutlivesACrashAtAnyCall() async throws {
    let random = SeededRandomness()
    let ids = (0..<3).map { _ in InstanceID.random(from: random) }
    var (call, isOver) = (0, false)
    while !isOver {
      call += 1
      for seed in 0...3 as ClosedRange<UInt64> {
        let volume = SimulatedVolume()
        var life = try Life(on: volume)
        let counter = CallCounter(volume, endAt: call) {
          if seed == 0 { volume.kill() } else { volume.losePower(SeededRandomness(seed: seed)) }
        }
        do { try await life.run(ids) } catch {}
        isOver = counter.count < call
        volume.onCall = nil
        volume.comeBack()
        do {
          #expect(try await life.fault() == nil, "call \(call), seed \(seed)")
        } catch {
          Issue.record("call \(call), seed \(seed): \(error)")
        }
      }
    }
    #expect(call > 50)
  }
}
