// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation

@testable import Database

/// A program that writes numbers to a database, each into two tables at once, and remembers which of them
/// were acknowledged. It closes and opens the database now and then.
struct PairWriter {
  let volume: SimulatedVolume
  var synchronous = "FULL"
  private(set) var acknowledged: [Int64] = []
  /// The number whose commit was last begun.
  private(set) var tried: Int64 = 0

  static let folder = "/state"
  static let path = folder + "/pairs.db"

  /// Makes the folder, which is on the disk from the first.
  init(on volume: SimulatedVolume) throws(RoostError) {
    self.volume = volume
    try volume.disk().makeFolder(Self.folder, mode: 0o700)
    volume.writeBack()
  }

  /// Writes so many numbers more, unless something fails.
  mutating func write(_ count: Int) throws(RoostError) {
    let vfs = try SimulatedVFS(
      on: volume, clock: SystemClock(), randomness: SeededRandomness())
    for first in stride(from: 0, to: count, by: 5) {
      try write(min(5, count - first), vfs)
    }
  }

  private mutating func write(_ count: Int, _ vfs: SimulatedVFS) throws(RoostError) {
    let connection = try Connection(Self.path, .writer, vfs: vfs.name)
    defer { connection.close() }
    try connection.execute(
      """
      PRAGMA synchronous = \(synchronous);
      PRAGMA wal_autocheckpoint = 7;
      CREATE TABLE IF NOT EXISTS left (number INTEGER PRIMARY KEY, more BLOB) STRICT;
      CREATE TABLE IF NOT EXISTS right (number INTEGER PRIMARY KEY, more BLOB) STRICT;
      """)
    let reader = try Connection(Self.path, .reader, vfs: vfs.name)
    defer { reader.close() }
    for _ in 0..<count {
      tried += 1
      try connection.execute("BEGIN IMMEDIATE")
      for table in ["left", "right"] {
        _ = try connection.run(
          "INSERT INTO \(table) VALUES (?, ?)", [.integer(tried), .blob(Self.filling(tried))])
      }
      try connection.execute("COMMIT")
      acknowledged.append(tried)
      _ = try reader.rows("SELECT count(*) FROM left", [])
    }
  }

  /// What is wrong with what is there; nil if all is as it should be.
  func fault(in path: String = Self.path) throws(RoostError) -> String? {
    let vfs = try SimulatedVFS(
      on: volume, clock: SystemClock(), randomness: SeededRandomness())
    guard try volume.disk().exists(path) else {
      return acknowledged.isEmpty ? nil : "the database is gone"
    }
    let faults = try DatabaseFile.faults(of: path, vfs: vfs.name)
    guard faults.isEmpty else { return faults.joined(separator: "; ") }
    return try DatabaseFile.read(path, vfs: vfs.name) { read throws(RoostError) in
      let tables = try read.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
      guard tables.count == 2 else { return acknowledged.isEmpty ? nil : "tables are gone" }
      let (left, right) = (
        try read.rows("SELECT * FROM left ORDER BY number"),
        try read.rows("SELECT * FROM right ORDER BY number")
      )
      var found: [Int64] = []
      for row in left {
        let number = try row.integer("number")
        guard try row.blob("more") == Self.filling(number) else { return "\(number) is damaged" }
        found.append(number)
      }
      let twins = try right.map { row throws(RoostError) in try row.integer("number") }
      guard found == twins else { return "\(found) are not \(twins)" }
      let lost = acknowledged.filter { !found.contains($0) }
      guard lost.isEmpty else { return "\(lost) are lost" }
      let strange = found.filter { $0 != tried && !acknowledged.contains($0) }
      return strange.isEmpty ? nil : "\(strange) were never said to be there"
    }
  }

  /// A commit that nobody was told of is there or not; from now on it counts as it is.
  mutating func settle() throws(RoostError) {
    let vfs = try SimulatedVFS(
      on: volume, clock: SystemClock(), randomness: SeededRandomness())
    guard !acknowledged.contains(tried), try volume.disk().exists(Self.path) else { return }
    let isThere = try DatabaseFile.read(Self.path, vfs: vfs.name) { read throws(RoostError) in
      guard try read.row("SELECT 1 FROM sqlite_schema WHERE name = 'left'") != nil else {
        return false
      }
      return try read.row("SELECT 1 FROM left WHERE number = ?", .integer(tried)) != nil
    }
    if isThere { acknowledged.append(tried) }
  }

  private static func filling(_ number: Int64) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Int(number * 611 % 5000))
  }
}
