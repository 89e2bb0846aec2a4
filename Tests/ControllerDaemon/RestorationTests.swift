// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Database
import Scratch
import Store
import TestSupport
import Testing

@testable import ControllerDaemon

@Suite(.timeLimit(.minutes(10)))
struct RestorationTests {
  private let folder: TemporaryFolder
  private let disk = SystemDisk()
  private let clock = TestClock()
  private var state: String { folder.file("state") }
  private var backup: String { folder.file("backup") }
  private var database: String { state + "/controller.db" }

  /// A controller was made and backed up.
  init() async throws {
    folder = try TemporaryFolder()
    _ = try await Initialisation(
      arguments: InitialiseArguments(configuration: "controller.yaml"),
      configuration: try configuration, disk: disk, clock: clock, randomness: SeededRandomness()
    ).run()
  }

  private var configuration: ControllerConfiguration {
    get throws { try ControllerConfiguration(text: "state_folder: \(state)", file: "c.yaml") }
  }

  private func backUp() throws -> String {
    try BackupCommand(file: backup, configuration: configuration, disk: disk, clock: clock).run()
  }

  private func restore(force: Bool = false, from file: String? = nil) throws -> String {
    try Restoration(
      from: file ?? backup, isForced: force, configuration: configuration, disk: disk,
      clock: clock, randomness: SeededRandomness(seed: 5)
    ).run()
  }

  private func epoch() throws -> UInt64 {
    try DatabaseFile.read(database) { tx throws(RoostError) in try tx.newestGeneration().epoch }
  }

  private func makeFlavor(_ name: String) async throws {
    let store = try Store.open(database)
    defer { store.close() }
    let flavor = Flavor(
      id: name, name: name, description: nil,
      size: FlavorSize(vcpus: 1, memoryMB: 1, rootGB: 1, ephemeralGB: 0, swapMB: 0),
      rxtxFactor: 1, isPublic: true, extraSpecs: [], createdAt: clock.now, updatedAt: nil)
    try await store.write { tx throws(RoostError) in try tx.insert(flavor) }
  }

  private func flavors() async throws -> [String] {
    let store = try Store.open(database)
    defer { store.close() }
    return try await store.read { tx throws(RoostError) in try tx.flavors(visibleTo: nil).map(\.id)
    }
  }

  @Test func aBackupIsOneFileForItsOwner() throws {
    let said = try backUp()
    #expect(said.contains(backup) && said.contains("images"))
    #expect(try mode(of: backup) == 0o600)
    #expect(try disk.list(folder.path).sorted() == ["backup", "state"])
    // It holds no key: whoever finds it can't make tokens.
    let key = try #require(try disk.read(state + "/secret.key", limit: 100))
    let bytes = try #require(try disk.read(backup, limit: 1 << 24))
    #expect(!bytes.contains(key))
    let again = #expect(throws: RoostError.self) { try backUp() }
    #expect(again?.kind == .conflict)
  }

  @Test func aBackupIsMadeWhileTheStoreIsInUse() async throws {
    let store = try Store.open(database)
    _ = try backUp()
    store.close()
    try await makeFlavor("later")
    _ = try restore(force: true)
    #expect(try await flavors() == [])
  }

  @Test func aRestoreSetsBackAndRaisesTheEpoch() async throws {
    try await makeFlavor("kept")
    _ = try backUp()
    try await makeFlavor("later")
    let key = try disk.read(state + "/secret.key", limit: 100)

    let refused = #expect(throws: RoostError.self) { try restore() }
    #expect(refused?.kind == .conflict && refused?.user.contains("--force") == true)
    #expect(try await flavors() == ["kept", "later"])

    let said = try restore(force: true)
    #expect(said.contains("in epoch \(clock.now.epochSeconds)"))
    #expect(try await flavors() == ["kept"])
    #expect(try epoch() == clock.now.epochSeconds)
    #expect(try mode(of: database) == 0o600)
    // Tokens of before open no more.
    #expect(try disk.read(state + "/secret.key", limit: 100) != key)
    let aside = try #require(try disk.list(state).first { $0.hasPrefix("set-aside-") })
    #expect(try disk.list("\(state)/\(aside)").contains("controller.db"))

    // In the same second, from the same backup: yet newer.
    clock.setCivilTime(Timestamp(microseconds: clock.now.microseconds - 5_000_000))
    let before = try epoch()
    _ = try restore(force: true)
    #expect(try epoch() == before + 1)
  }

  @Test func aRestoreNeedsNoOlderState() async throws {
    try await makeFlavor("kept")
    _ = try backUp()
    for name in try disk.list(state) where name != "images" { try disk.remove("\(state)/\(name)") }
    _ = try restore()
    #expect(try await flavors() == ["kept"])
  }

  @Test func aControllerThatRunsIsLeftAlone() throws {
    _ = try backUp()
    let running = try StateFolder(state, create: false, disk: disk)
    let refused = #expect(throws: RoostError.self) { try restore(force: true) }
    #expect(refused?.kind == .conflict)
    #expect(refused?.user.contains("Another controller") == true)
    withExtendedLifetime(running) {}
  }

  @Test func whatIsNoBackupChangesNothing() async throws {
    try await makeFlavor("kept")
    _ = try backUp()
    let other = folder.file("other")
    try disk.replace(other, with: Array("no database".utf8), mode: 0o600)
    #expect(throws: RoostError.self) { try restore(force: true, from: other) }
    // A store is no backup: it does not say when it was made.
    let refused = #expect(throws: RoostError.self) { try restore(force: true, from: database) }
    #expect(refused?.kind == .badRequest)
    let missing = #expect(throws: RoostError.self) {
      try restore(force: true, from: folder.file("none"))
    }
    #expect(missing?.kind == .notFound)
    #expect(try await flavors() == ["kept"])
  }

  @Test func aDamagedBackupIsRefused() async throws {
    try await makeFlavor("kept")
    _ = try backUp()
    var bytes = try #require(try disk.read(backup, limit: 1 << 24))
    // Every page but the first and those of the backup's own table loses its head.
    for page in 2..<(bytes.count / 4096 - 2) {
      for offset in 0..<64 { bytes[page * 4096 + offset] = 0xFF }
    }
    try disk.replace(backup, with: bytes, mode: 0o600)
    let refused = #expect(throws: RoostError.self) { try restore(force: true) }
    #expect(refused != nil)
    #expect(try await flavors() == ["kept"])
  }

  @Test func aNewerReleasesBackupIsRefused() throws {
    let newer = Schema.migrations.count + 1
    let step = Migration(version: newer, name: "later", sql: "CREATE TABLE later (x TEXT) STRICT")
    _ = try backUp()
    try DatabaseFile.change(backup, migrations: Schema.migrations + [step]) { _ in () }
    let refused = #expect(throws: RoostError.self) { try restore(force: true) }
    #expect(refused?.kind == .conflict)
    #expect(refused?.user.contains("schema version \(newer)") == true)
  }

  @Test func imagesAreCheckedAndStrangersKept() async throws {
    let cloud = try TestCloud()
    let sound = try await cloud.addImage("sound")
    let lost = try await cloud.addImage("lost")
    let short = try await cloud.addImage("short")
    let state = cloud.folder.path
    let configuration = try ControllerConfiguration(text: "state_folder: \(state)", file: "c.yaml")
    _ = try BackupCommand(file: backup, configuration: configuration, disk: disk, clock: clock)
      .run()
    cloud.store.close()
    try disk.remove("\(state)/images/\(lost.id)")
    try disk.replace("\(state)/images/\(short.id)", with: [1], mode: 0o600)
    try disk.replace("\(state)/images/stranger", with: [1], mode: 0o600)
    let said = try Restoration(
      from: backup, isForced: true, configuration: configuration, disk: disk, clock: clock,
      randomness: SeededRandomness()
    ).run()
    #expect(said.contains("Image \(lost.id) (lost): its file is missing"))
    #expect(said.contains("images/\(short.id) has 1 bytes, not 11"))
    #expect(!said.contains("\(sound.id)"))
    #expect(said.contains("Files of 1 images without a record"))
    let aside = try #require(try disk.list(state).first { $0.hasPrefix("images-set-aside-") })
    #expect(try disk.list("\(state)/\(aside)") == ["stranger"])
  }
}
