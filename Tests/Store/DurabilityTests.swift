// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Glibc
import LocalCloud
import Processes
import Scratch
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct DurabilityTests {
  private let folder: TemporaryFolder
  private let writer: String

  init() throws {
    folder = try TemporaryFolder()
    writer = try SourceTree().programs + "/store-writer"
  }

  /// Runs a writer until it has acknowledged `count` writes, kills it, and returns all that it
  /// acknowledged.
  private func acknowledged(before count: Int, from first: Int) throws -> [Int] {
    let pipe = folder.file("acknowledged-\(first)")
    try #require(mkfifo(pipe, 0o600) == 0)
    // Opened first and without waiting: the writer's own open would wait for a reader.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    try #require(reader >= 0)
    defer { close(reader) }
    let process = try RunningProcess(
      ChildProcess(writer, ["keep", folder.file("store.db"), "\(first)"]), log: pipe)
    var text: [UInt8] = []
    var isKilled = false
    while true {
      var watched = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      try #require(poll(&watched, 1, 60_000) == 1)
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let got = read(reader, &chunk, chunk.count)
      if got == 0 { break }
      guard got > 0 else { continue }
      text += chunk[..<got]
      if !isKilled, text.count(where: { $0 == 0x0A }) >= count {
        process.signal(SIGKILL)
        isKilled = true
      }
    }
    #expect(process.wait(atMost: .seconds(60), clock: SystemClock()) == .signalled(SIGKILL))
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
  }

  @Test func whatWasAcknowledgedOutlivesKill9AndNothingIsHalfThere() async throws {
    var written: Set<Int> = []
    for (round, count) in [1, 40, 300, 7, 1000].enumerated() {
      written.formUnion(try acknowledged(before: count, from: round * 1_000_000))
      let store = try Store.open(folder.file("store.db"))
      defer { store.close() }
      let (projects, networks) = try await store.read { tx throws(RoostError) in
        (try tx.projects().map(\.name), try tx.networks(visibleTo: nil).map(\.name))
      }
      #expect(written.subtracting(projects.compactMap { Int($0) }) == [])
      #expect(projects.sorted() == networks.sorted())
    }
    #expect(written.count >= 1348)
  }

  @Test func aFullDiskIsSaidClearlyLosesNothingAndIsSurvived() throws {
    let place = folder.file("small")
    try SystemDisk().makeFolder(place, mode: 0o700)
    // A file system of the child's own, gone with it. Needs root.
    let command = """
      mount -t tmpfs -o size=4m tmpfs \(place) &&
        exec \(writer) fill \(place)/store.db \(place)/ballast
      """
    let result = try ChildProcess("/usr/bin/unshare", ["-m", "/bin/sh", "-c", command])
      .run(timeout: .seconds(60), clock: SystemClock())
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    #expect(result.succeeded, "\(String(decoding: result.errors, as: UTF8.self))")
    try #require(lines.count == 4)
    #expect(lines[0] == "refused unavailable: The store's disk is full; nothing was changed.")
    let acknowledged = try #require(lines[1].split(separator: " ").last.flatMap { Int($0) })
    #expect(acknowledged > 10)
    #expect(lines[2] == "kept \(acknowledged)")
    #expect(lines[3] == "goes on with \(acknowledged + 1)")
  }
}
