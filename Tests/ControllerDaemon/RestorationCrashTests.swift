// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Simulation
import Store
import Synchronization
import TestSupport
import Testing

@testable import ControllerDaemon

/// A restore that is cut off at any of its calls, by a kill or by a cut of power, and run again.
@Suite(.timeLimit(.minutes(10)))
struct RestorationCrashTests {
  private let clock = TestClock()
  private static let (state, backup) = ("/state", "/backup")
  private static let database = state + "/controller.db"

  private var configuration: ControllerConfiguration {
    get throws {
      try ControllerConfiguration(text: "state_folder: \(Self.state)", file: "c.yaml")
    }
  }

  private func vfs(_ volume: SimulatedVolume) throws -> SimulatedVFS {
    try SimulatedVFS(on: volume, clock: clock, randomness: SeededRandomness())
  }

  private func withStore<T: Sendable>(
    _ volume: SimulatedVolume,
    _ body: @escaping @Sendable (Transaction) throws(RoostError) -> T
  ) async throws -> T {
    let (vfs, clock) = (try vfs(volume), clock)
    let conduct = Conduct(clock: clock, randomness: SeededRandomness())
    let store = try Store.open(
      Self.database, vfs: vfs.name, lanes: DatabaseLanes { _ in SimulatedLane(conduct) })
    defer { store.close() }
    return try await store.write(body)
  }

  private func makeFlavor(_ name: String, on volume: SimulatedVolume) async throws {
    let now = clock.now
    try await withStore(volume) { tx throws(RoostError) in
      try tx.insert(
        Flavor(
          id: name, name: name, description: nil,
          size: FlavorSize(vcpus: 1, memoryMB: 1, rootGB: 1, ephemeralGB: 0, swapMB: 0),
          rxtxFactor: 1, isPublic: true, extraSpecs: [], createdAt: now, updatedAt: nil))
      // The controller is killed: its log stays beside the database.
      volume.onCall = { call in if call.operation == .unlink { volume.kill() } }
    }
    volume.onCall = nil
    volume.comeBack()
  }

  /// A machine whose controller was backed up, went on, and was killed.
  private func machine() async throws -> SimulatedVolume {
    let volume = SimulatedVolume()
    let disk = volume.disk()
    try disk.makeFolder(Self.state, mode: 0o700)
    try disk.replace(Self.state + "/secret.key", with: [1, 2, 3], mode: 0o600)
    try await makeFlavor("kept", on: volume)
    let vfs = try vfs(volume)
    _ = try BackupCommand(
      file: Self.backup, configuration: configuration, disk: volume.disk(), vfs: vfs.name,
      clock: clock
    ).run()
    // Its clock ran ahead, and was set since.
    let ahead = Timestamp(microseconds: clock.now.microseconds + 3_600_000_000)
    try await withStore(volume) { tx throws(RoostError) in try tx.beginEpoch(at: ahead) }
    try await makeFlavor("later", on: volume)
    #expect(volume.contents.map(\.path).contains(Self.database + "-wal"))
    return volume
  }

  /// Another machine like it.
  private func copy(of machine: SimulatedVolume) throws -> SimulatedVolume {
    let volume = SimulatedVolume()
    try volume.disk().makeFolder(Self.state, mode: 0o700)
    for (path, bytes) in machine.contents {
      try volume.disk().replace(path, with: bytes, mode: 0o600)
    }
    return volume
  }

  private func restore(_ volume: SimulatedVolume, _ chance: any Randomness) throws {
    let (vfs, disk) = (try vfs(volume), volume.disk())
    _ = try Restoration(
      from: Self.backup, isForced: true, configuration: configuration, disk: disk, vfs: vfs.name,
      clock: clock, randomness: chance
    ).run()
  }

  private func flavors(_ volume: SimulatedVolume) async throws -> [String] {
    try await withStore(volume) { tx throws(RoostError) in
      try tx.flavors(visibleTo: nil).map(\.id)
    }
  }

  /// What was there before can be had again: database, log and key are together.
  private func requireOldState(_ volume: SimulatedVolume, _ call: Comment) async throws {
    let disk = volume.disk()
    var found: [String] = []
    for name in try disk.list(Self.state) where name.hasPrefix("set-aside-") {
      let folder = "\(Self.state)/\(name)"
      guard try disk.read("\(folder)/secret.key", limit: 100) == [1, 2, 3] else { continue }
      let vfs = try vfs(volume)
      found = try DatabaseFile.read("\(folder)/controller.db", vfs: vfs.name) {
        tx throws(RoostError) in try tx.flavors(visibleTo: nil).map(\.id)
      }
    }
    #expect(found == ["kept", "later"], call)
  }

  @Test(arguments: 0...1 as ClosedRange<UInt64>)
  func aRestoreThatWasCutOffSucceedsWhenItIsRunAgain(seed: UInt64) async throws {
    let machine = try await machine()
    var (call, isOver) = (0, false)
    while !isOver {
      call += 1
      let (volume, chance) = (try copy(of: machine), SeededRandomness(seed: seed))
      let counter = Calls()
      let end = call
      volume.onCall = { _ in
        guard counter.next() == end else { return }
        if seed == 0 { volume.kill() } else { volume.losePower(chance) }
      }
      _ = Result { try restore(volume, chance) }
      isOver = counter.count < call
      volume.onCall = nil
      volume.comeBack()
      do {
        // What is there is the old state or the new one, whole.
        if volume.contents.contains(where: { $0.path == Self.database }) {
          let found = try await flavors(volume)
          #expect(found == ["kept", "later"] || found == ["kept"], "call \(call)")
        }
        try restore(volume, chance)
        #expect(try await flavors(volume) == ["kept"], "call \(call)")
        let vfs = try vfs(volume)
        #expect(try DatabaseFile.faults(of: Self.database, vfs: vfs.name) == [], "call \(call)")
        try await requireOldState(volume, "call \(call)")
        let newest = try await withStore(volume) { tx throws(RoostError) in
          try tx.newestGeneration()
        }
        #expect(newest.epoch > clock.now.epochSeconds + 3600, "call \(call)")
      } catch {
        Issue.record("call \(call): \(error)")
      }
    }
    #expect(call > 100)
  }

  @Test func aLogWithoutItsDatabaseIsNoPartOfTheRestoredOne() async throws {
    let volume = try await machine()
    try volume.disk().remove(Self.database)
    try restore(volume, SeededRandomness())
    #expect(try await flavors(volume) == ["kept"])
    let paths = volume.contents.map(\.path)
    #expect(paths.contains { $0.contains("set-aside-") && $0.hasSuffix("/controller.db-wal") })
  }
}

private final class Calls: Sendable {
  private let made = Atomic<Int>(0)
  var count: Int { made.load(ordering: .relaxed) }
  func next() -> Int { made.add(1, ordering: .relaxed).newValue }
}
