// SPDX-License-Identifier: Apache-2.0

import Base
import Images
import Lanes
import Scratch
import Testing

@Suite final class ImageCacheTests {
  let folder: TemporaryFolder
  let disk = SystemDisk()
  let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

  init() throws { folder = try TemporaryFolder() }

  func cache(_ source: BytesSource) -> ImageCache {
    ImageCache(folder: folder.path, disk: disk, source: source, lane: InlineLane())
  }

  @Test func fetchesOnceAndKeeps() async throws {
    let source = BytesSource(bytes)
    let image = try reference(bytes)
    let sut = cache(source)
    #expect(try await sut.cached(image) == nil)
    let first = try await sut.fetch(image)
    #expect(try disk.read(first.path, limit: 20_000) == bytes)
    #expect(first.virtualSize == 10_000)
    _ = try await cache(source).fetch(image)
    #expect(source.downloads == 1)
    #expect(try disk.list(folder.path) == [image.sha256])
  }

  @Test func aFileThatWasDamagedIsFetchedAnew() async throws {
    let source = BytesSource(bytes)
    let image = try reference(bytes)
    let path = try await cache(source).fetch(image).path
    try disk.replace(path, with: Array(bytes.dropLast()), mode: 0o644)
    #expect(try await cache(source).cached(image) == nil)
    _ = try await cache(source).fetch(image)
    #expect(try disk.read(path, limit: 20_000) == bytes)
    #expect(source.downloads == 2)
  }

  @Test func saysThatTheNodeHasNoRoom() async throws {
    let huge = try ImageReference(
      id: .random(from: SystemRandomness()), format: "raw",
      sha256: String(repeating: "a", count: 64), sizeBytes: 1 << 60)
    let source = BytesSource(bytes)
    let error = await #expect(throws: RoostError.self) {
      try await self.cache(source).fetch(huge)
    }
    #expect(error?.kind == .tooLarge)
    #expect(source.downloads == 0)
    #expect(try disk.list(folder.path) == [])
  }

  @Test func requestsAtOnceShareOneDownload() async throws {
    let source = BytesSource(bytes, gate: { for _ in 0..<100 { await Task.yield() } })
    let image = try reference(bytes)
    let sut = cache(source)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await sut.fetch(image) } }
      try await group.waitForAll()
    }
    #expect(source.downloads == 1)
  }

  @Test func whoWaitedForAFailedDownloadTriesItself() async throws {
    let source = BytesSource(bytes, failures: 1, gate: { for _ in 0..<100 { await Task.yield() } })
    let image = try reference(bytes)
    let sut = cache(source)
    let failures = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<5 {
        group.addTask { (try? await sut.fetch(image)) == nil }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(failures == 1)
    #expect(source.downloads == 2)
  }

  @Test func refusesBytesThatAreNotTheImages() async throws {
    var wrong = bytes
    wrong[5000] ^= 1
    let image = try reference(bytes)
    await #expect { try await self.cache(BytesSource(wrong)).fetch(image) } throws: {
      ($0 as? RoostError)?.kind == .badRequest
    }
    await #expect { try await self.cache(BytesSource(self.bytes + [0])).fetch(image) } throws: {
      ($0 as? RoostError)?.user.contains("is longer than its 10000 bytes") == true
    }
    // Too short may be a connection that broke; it is worth another attempt.
    await #expect {
      try await self.cache(BytesSource(Array(self.bytes.dropLast()))).fetch(image)
    } throws: {
      ($0 as? RoostError)?.kind == .unavailable
    }
    #expect(try disk.list(folder.path).isEmpty)
  }

  @Test func aHalfFileFromACrashGoesAtStart() async throws {
    let image = try reference(bytes)
    try disk.replace("\(folder.path)/\(image.sha256).part", with: [1], mode: 0o644)
    let sut = cache(BytesSource(bytes))
    try await sut.recover()
    #expect(try disk.list(folder.path).isEmpty)
    #expect(try await sut.cached(image) == nil)
  }

  @Test func refusesAQCOW2ThatReachesForAHostPath() async throws {
    let path = "\(folder.path)/evil"
    try command("/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", path, "1M")
    try command(
      "/usr/bin/qemu-img", "rebase", "-u", "-F", "raw", "-b", "/etc/passwd", "-f", "qcow2", path)
    let evil = try #require(try disk.read(path, limit: 1 << 20))
    try disk.remove(path)
    let image = try reference(evil, format: "qcow2")
    await #expect { try await self.cache(BytesSource(evil)).fetch(image) } throws: {
      ($0 as? RoostError)?.user == "The qcow2 image is refused: it has a backing file."
    }
    #expect(try disk.list(folder.path).isEmpty)
  }

  @Test func refusesReferencesThatCouldEscapeTheFolder() {
    let id = ImageID.random(from: SystemRandomness())
    let good = String(repeating: "a", count: 64)
    for (format, hash, size) in [
      ("vmdk", good, UInt64(1)), ("raw", "../../etc/passwd", 1), ("raw", good.uppercased(), 1),
      ("raw", good, 0),
    ] {
      #expect(throws: RoostError.self) {
        try ImageReference(id: id, format: format, sha256: hash, sizeBytes: size)
      }
    }
  }
}
