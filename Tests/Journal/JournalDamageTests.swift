// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Journal
import NodeProtocol
import Scratch
import Testing

/// A journal whose file is torn or overwritten: the agent starts, and believes nothing false.
@Suite struct JournalDamageTests {
  private static let pageSize = 4096
  private let folder: TemporaryFolder
  private let disk = SystemDisk()

  init() throws { folder = try TemporaryFolder() }

  /// Specifications of several sizes, so that some lie on pages of their own.
  private func desired(_ number: UInt64) -> Desired {
    var desired = Desired()
    desired.instanceID = .random(from: SystemRandomness())
    desired.generation = Generation(epoch: 1, number: number)
    desired.target = .running
    var spec = InstanceSpec()
    spec.name = String(repeating: "guest \(number) ", count: Int(number) * 20)
    desired.spec = spec
    return desired
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    try #require(try disk.read(path, limit: 1 << 24))
  }

  private func open(_ path: String) throws -> (journal: Journal, damaged: Journal.Damaged?) {
    try Journal.openOrReplace(path, disk: disk, clock: SystemClock())
  }

  /// What a power cut in the middle of a write leaves: the log ends within its last record.
  @Test func aTornLogLosesWhatWasNotAnsweredAndNothingElse() async throws {
    let source = try Journal.open(folder.file("source.db"))
    defer { source.close() }
    _ = try await source.apply((1...9).map(desired))
    let answered = try await source.entries()
    let before = try bytes(folder.file("source.db-wal")).count
    _ = try await source.apply([desired(10)])
    let file = try bytes(folder.file("source.db"))
    let log = try bytes(folder.file("source.db-wal"))
    let all = try await source.entries()
    #expect(log.count > before && answered.count == 9 && all.count == 10)

    for kept in [log.count, log.count - 1, log.count - Self.pageSize, before + 24, before + 1] {
      for rest in [0, log.count - kept] {
        let path = folder.file("torn-\(kept)-\(rest).db")
        let torn = log[..<kept] + Array(repeating: 0xA5, count: rest)
        try disk.replace(path, with: file, mode: 0o600)
        try disk.replace(path + "-wal", with: Array(torn), mode: 0o600)
        let (journal, damaged) = try open(path)
        #expect(damaged == nil)
        #expect(try await journal.entries() == (kept == log.count ? all : answered), "\(kept)")
        journal.close()
      }
    }
  }

  @Test func aDamagedJournalIsSetAsideAndReplaced() async throws {
    let source = try Journal.open(folder.file("source.db"))
    defer { source.close() }
    _ = try await source.apply((1...30).map(desired))
    let entries = try await source.entries()
    try DatabaseFile.copy(folder.file("source.db"), to: folder.file("sound.db"))
    let sound = try bytes(folder.file("sound.db"))
    let pages = sound.count / Self.pageSize
    try #require(pages > 8)

    for page in 0..<pages {
      let start = page * Self.pageSize
      let noise = SystemRandomness().bytes(Self.pageSize)
      var zeroed = sound
      var overwritten = sound
      zeroed.replaceSubrange(start..<start + Self.pageSize, with: noise.map { _ in 0 })
      overwritten.replaceSubrange(start..<start + Self.pageSize, with: noise)
      let cut = Array(overwritten.prefix(start + 100))
      for (kind, file) in [zeroed, overwritten, cut].enumerated() {
        let path = folder.file("damaged-\(page)-\(kind).db")
        try disk.replace(path, with: file, mode: 0o600)
        let (journal, damaged) = try open(path)
        let found = try await journal.entries()
        if let damaged {
          #expect(found.isEmpty && !damaged.reason.isEmpty)
          #expect(try bytes(damaged.path) == file)
        } else {
          #expect(found == entries, "page \(page) of \(pages)")
        }
        if page == 0 || page == pages - 1 { #expect(damaged != nil, "page \(page)") }
        #expect(try await journal.apply([desired(31)]).isEmpty)
        #expect(try open(path).damaged == nil)
      }
    }
  }

  @Test func aJournalThatCanNotBeReadIsNotReplaced() throws {
    let path = folder.file("folder.db")
    try disk.makeFolder(path, mode: 0o700)
    let error = #expect(throws: RoostError.self) { try open(path) }
    #expect(error?.kind != .internal)
    #expect(try disk.list(folder.path).count == 1)
  }
}
