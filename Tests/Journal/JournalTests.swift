// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Glibc
import Journal
import NodeProtocol
import Scratch
import Testing

@Suite struct JournalTests {
  let folder: TemporaryFolder
  let path: String
  let instance = InstanceID.random(from: SystemRandomness())

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("journal.db")
  }

  func desired(
    _ target: Desired.Target, _ number: UInt64, epoch: UInt64 = 1, ports: [PortID]? = []
  ) -> Desired {
    var desired = Desired()
    desired.instanceID = instance
    desired.generation = Generation(epoch: epoch, number: number)
    desired.target = target
    desired.spec = ports.map { ports in
      var spec = InstanceSpec()
      spec.name = "guest \(number)"
      spec.ports = ports.map { id in
        var port = Port()
        port.id = id
        return port
      }
      return spec
    }
    return desired
  }

  @Test func survivesAReopen() async throws {
    let journal = try Journal.open(path)
    #expect(try await journal.apply([desired(.running, 3)]).isEmpty)
    try await journal.update(instance, at: Generation(epoch: 1, number: 3)) {
      $0.booted = true
      $0.startedIn = "boot"
      $0.power = 1
      $0.failure = "why"
    }
    let before = try await journal.entries()
    journal.close()
    let reopened = try Journal.open(path)
    #expect(try await reopened.entries() == before)
    #expect(before.first?.spec.name == "guest 3")
    #expect(before.first?.failure == "why")
    reopened.close()
  }

  @Test func anOlderGenerationIsRefusedAndAnEqualOneChangesNothing() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    _ = try await journal.apply([desired(.running, 5)])
    let held = try await journal.entries()
    #expect(try await journal.apply([desired(.absent, 5)]).isEmpty)
    let refused = try await journal.apply([desired(.absent, 4), desired(.absent, 9, epoch: 0)])
    #expect(refused.count == 2)
    #expect(refused.allSatisfy { $0.held == Generation(epoch: 1, number: 5) })
    #expect(try await journal.entries() == held)
    #expect(try await journal.apply([desired(.stopped, 1, epoch: 2)]).isEmpty)
    #expect(try await journal.entry(instance)?.target == .stopped)
  }

  @Test func aRefusalKeepsTheRestOfTheList() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    var other = desired(.running, 1)
    other.instanceID = .random(from: SystemRandomness())
    var unknown = desired(.running, 1)
    unknown.target = .unspecified
    let refused = try await journal.apply([unknown, desired(.running, 1, ports: nil), other])
    #expect(refused.count == 2)
    #expect(try await journal.entries().map(\.instance) == [other.instanceID])
  }

  @Test func aRevocationKeepsTheSpecificationAndIsFinal() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    let (one, two) = (
      PortID.random(from: SystemRandomness()), PortID.random(from: SystemRandomness())
    )
    _ = try await journal.apply([desired(.running, 1, ports: [one])])
    _ = try await journal.apply([desired(.absent, 2, ports: nil)])
    #expect(try await journal.entry(instance)?.spec.ports.map(\.id) == [one])
    _ = try await journal.apply([desired(.absent, 3, ports: [two])])
    #expect(try await journal.entry(instance)?.spec.ports.map(\.id) == [two, one])
    #expect(try await journal.apply([desired(.running, 4)]).count == 1)
  }

  @Test func onlyARevokedInstanceIsForgottenAndOnlyAtItsGeneration() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    _ = try await journal.apply([desired(.running, 1)])
    #expect(try await !journal.forget(instance, at: Generation(epoch: 1, number: 1)))
    _ = try await journal.apply([desired(.absent, 2)])
    #expect(try await !journal.forget(instance, at: Generation(epoch: 1, number: 1)))
    #expect(try await journal.entries().count == 1)
    #expect(try await journal.forget(instance, at: Generation(epoch: 1, number: 2)))
    #expect(try await journal.entries().isEmpty)
  }

  @Test func progressOnAnOldGenerationIsDropped() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    _ = try await journal.apply([desired(.running, 1), desired(.running, 2)])
    try await journal.update(instance, at: Generation(epoch: 1, number: 1)) { $0.failure = "old" }
    #expect(try await journal.entry(instance)?.failure == nil)
  }

  @Test func aNewGenerationHopesAgainButRemembersTheBoot() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    _ = try await journal.apply([desired(.running, 1)])
    try await journal.update(instance, at: Generation(epoch: 1, number: 1)) {
      $0.booted = true
      $0.startedIn = "boot"
      $0.failure = "full"
    }
    _ = try await journal.apply([desired(.running, 2)])
    let entry = try #require(try await journal.entry(instance))
    #expect(entry.booted && entry.startedIn == nil && entry.failure == nil)
  }

  @Test func anEmptyListChangesNothing() async throws {
    let journal = try Journal.open(path)
    defer { journal.close() }
    _ = try await journal.apply([desired(.running, 1)])
    let held = try await journal.entries()
    #expect(try await journal.apply([]).isEmpty)
    #expect(try await journal.entries() == held)
  }

  @Test func aNewerJournalIsRefused() throws {
    let newer = (1...9).map { Migration(version: $0, name: "v\($0)", sql: "SELECT 1;") }
    try Database.open(path, migrations: newer).close()
    #expect(throws: RoostError.self) { try Journal.open(self.path) }
  }
}
