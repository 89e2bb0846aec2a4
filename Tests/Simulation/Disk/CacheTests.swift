// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Simulation

/// What a cut of power may leave of a file and of names, and what it may not.
@Suite struct CacheTests {
  /// Everything that chance makes of a file: each result once.
  private func results(
    _ before: [UInt8], _ change: (inout CachedBytes) -> Void
  ) -> Set<[UInt8]> {
    var results: Set<[UInt8]> = []
    for seed in 1...400 as ClosedRange<UInt64> {
      var bytes = CachedBytes()
      before.withUnsafeBytes { bytes.write($0, at: 0) }
      bytes.flush()
      #expect(bytes.isClean)
      change(&bytes)
      bytes.lose(PowerLoss(SeededRandomness(seed: seed)))
      #expect(bytes.isClean)
      #expect(bytes.seen == bytes.kept)
      results.insert(bytes.seen)
    }
    return results
  }

  private func put(_ byte: UInt8, _ count: Int, at offset: Int, in bytes: inout CachedBytes) {
    [UInt8](repeating: byte, count: count).withUnsafeBytes { bytes.write($0, at: offset) }
  }

  @Test func whatWasFlushedStays() {
    let found = results([1, 2, 3]) { bytes in
      put(9, 1000, at: 1, in: &bytes)
      bytes.resize(500)
      bytes.flush()
    }
    #expect(found == [[1] + [UInt8](repeating: 9, count: 499)])
  }

  @Test func aWriteIsThereWhollyOrNotOrTornAtSectors() {
    let old = [UInt8](repeating: 0, count: 2048)
    let found = results(old) { put(1, 1024, at: 256, in: &$0) }
    // The write covers a part of three sectors; each is old or new.
    var possible: Set<[UInt8]> = []
    for bits in 0..<8 {
      var bytes = old
      for place in 256..<1280 where bits >> (place / 512) & 1 == 1 { bytes[place] = 1 }
      possible.insert(bytes)
    }
    #expect(found == possible)
  }

  @Test func aFileMayHaveGrownWithoutWhatItGrewBy() {
    let found = results([]) { put(1, 512, at: 0, in: &$0) }
    let (zeros, ones) = ([UInt8](repeating: 0, count: 512), [UInt8](repeating: 1, count: 512))
    #expect(found.isSuperset(of: [[], zeros, ones]))
    #expect(found.contains { $0.count == 512 && $0 != zeros && $0 != ones }, "another file's bytes")
  }

  @Test func changesOfLengthAreThereOrNot() {
    #expect(results([1, 2, 3]) { $0.resize(1) } == [[1, 2, 3], [1]])
  }

  @Test func whatProgramsSeeIsWhatTheyWrote() {
    var bytes = CachedBytes()
    put(1, 3, at: 2, in: &bytes)
    put(2, 2, at: 4, in: &bytes)
    #expect(bytes.seen == [0, 0, 1, 1, 2, 2])
    #expect(bytes.kept == [])
    bytes.flush()
    #expect(bytes.kept == bytes.seen)
  }

  // MARK: Names

  /// Everything that chance makes of the names in a folder.
  private func names(_ change: (inout VolumeTree) throws -> Void) throws -> Set<[String]> {
    var results: Set<[String]> = []
    for seed in 1...400 as ClosedRange<UInt64> {
      var tree = VolumeTree()
      try change(&tree)
      tree.lose(PowerLoss(SeededRandomness(seed: seed)))
      results.insert(tree.contents().map { "\($0.path)\($0.bytes)" })
    }
    return results
  }

  private func make(_ path: String, _ byte: UInt8, in tree: inout VolumeTree) throws {
    let file = try tree.makeFile(path)
    tree.change(file) { bytes in
      [byte].withUnsafeBytes { bytes.write($0, at: 0) }
      bytes.flush()
    }
  }

  @Test func namesAreThereOrNotUntilTheirFolderIsFlushed() throws {
    let made = try names { tree in try make("/a", 1, in: &tree) }
    #expect(made == [[], ["/a[1]"]])
    let flushed = try names { tree in
      try make("/a", 1, in: &tree)
      tree.flush(tree.root)
    }
    #expect(flushed == [["/a[1]"]])
    let removed = try names { tree in
      try make("/a", 1, in: &tree)
      tree.flush(tree.root)
      try tree.unlink("/a")
    }
    #expect(removed == [[], ["/a[1]"]])
  }

  @Test func aFileIsReplacedWhollyOrNot() throws {
    let found = try names { tree in
      try make("/a", 1, in: &tree)
      tree.flush(tree.root)
      try make("/b", 2, in: &tree)
      try tree.rename("/b", to: "/a")
    }
    #expect(found == [["/a[1]"], ["/a[1]", "/b[2]"], ["/a[2]"]])
  }

  @Test func aFileMovedBetweenFoldersIsInOneOfThem() throws {
    func move(_ tree: inout VolumeTree) throws {
      try tree.makeFolder("/x")
      try tree.makeFolder("/y")
      try make("/x/a", 1, in: &tree)
      tree.flush()
      try tree.rename("/x/a", to: "/y/a")
    }
    #expect(try names(move) == [["/x/a[1]"], ["/y/a[1]"]])
    let flushed = try names { tree in
      try move(&tree)
      if let folder = try tree.folder(at: "/y") { tree.flush(folder) }
    }
    #expect(flushed == [["/y/a[1]"]])
  }

  @Test func aFolderThatIsFlushedIsThere() throws {
    let found = try names { tree in
      try tree.makeFolder("/x")
      try tree.makeFolder("/x/y")
      try make("/x/y/a", 1, in: &tree)
      if let folder = try tree.folder(at: "/x/y") { tree.flush(folder) }
      try make("/x/b", 2, in: &tree)
    }
    #expect(found == [["/x/y/a[1]"], ["/x/b[2]", "/x/y/a[1]"]])
  }
}
