// SPDX-License-Identifier: Apache-2.0

import Base
import Contracts
import Database
import Hypervisor
import Journal
import Scratch
import Simulation
import Testing

/// The simulated parts keep what the real ones promise; both are held against the same functions.
@Suite(.timeLimit(.minutes(5)))
struct ContractTests {
  private static func spec() -> DomainSpec {
    let random = SystemRandomness()
    return DomainSpec(
      instance: .random(from: random), generation: Generation(epoch: 1, number: 1),
      node: .random(from: random), name: "guest", vcpus: 1, memoryMB: 64,
      interfaces: [
        DomainSpec.Interface(tap: "tap-1", macAddress: "fa:16:3e:00:00:01", mtu: 1500)
      ], consoleLogPath: "/console.log")
  }

  @Test func theSimulatedHypervisorIsAHypervisor() async throws {
    let conduct = Conduct(clock: SystemClock(), randomness: SeededRandomness())
    try await requireHypervisorContract(
      SimulatedHypervisor(offer: .simulated(), conduct: conduct), Self.spec())
  }

  @Test func theJournalInMemoryIsAJournal() async throws {
    try await requireJournalContract(MemoryJournal())
  }

  @Test func theJournalInAFileIsAJournal() async throws {
    let folder = try TemporaryFolder()
    let journal = try Journal.open(folder.file("journal.db"))
    defer { journal.close() }
    try await requireJournalContract(journal)
  }

  @Test func theSimulatedDiskIsADisk() async throws {
    let disk = SimulatedVolume(capacity: 1 << 20).disk()
    try disk.makeFolder("/root", mode: 0o700)
    try await requireDiskContract(disk, root: "/root")
  }

  @Test func theSimulatedDiskHoldsDatabases() async throws {
    let (volume, clock) = (SimulatedVolume(), SystemClock())
    let vfs = try SimulatedVFS(on: volume, clock: clock, randomness: SeededRandomness())
    let conduct = Conduct(clock: clock, randomness: SeededRandomness())
    try volume.disk().makeFolder("/root", mode: 0o700)
    try await requireDatabaseContract(
      DatabasePlace(
        folder: "/root", disk: volume.disk(), vfs: vfs.name,
        lanes: DatabaseLanes { _ in SimulatedLane(conduct) }))
  }

  @Test func theMachinesDiskHoldsDatabases() async throws {
    let folder = try TemporaryFolder()
    try await requireDatabaseContract(DatabasePlace(folder: folder.path, disk: SystemDisk()))
  }

  @Test func theJournalInAFileOfTheSimulatedDiskIsAJournal() async throws {
    let (volume, clock) = (SimulatedVolume(), SystemClock())
    let vfs = try SimulatedVFS(on: volume, clock: clock, randomness: SeededRandomness())
    let journal = try Journal.open("/journal.db", vfs: vfs.name)
    defer { journal.close() }
    try await requireJournalContract(journal)
  }

  @Test func theMachinesDiskIsADisk() async throws {
    let folder = try TemporaryFolder()
    try await requireDiskContract(SystemDisk(), root: folder.path)
  }
}
