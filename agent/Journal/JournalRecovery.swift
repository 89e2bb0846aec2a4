// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database

extension Journal {
  /// A journal that could not be used any more.
  public struct Damaged: Sendable, Hashable {
    /// What is wrong with it.
    public var reason: String
    /// Where it is now.
    public var path: String
  }

  /// Opens the journal, creating it if absent. One that is damaged is moved aside, and an empty one
  /// takes its place: a node that does not start looks after no guest, while one that lost its
  /// journal names its guests to the controller and is told of them anew.
  ///
  /// The end of a log that was torn by a power cut is no damage: SQLite knows what was committed.
  ///
  /// - Parameters:
  ///   - disk: where the file is, as `vfs` has it.
  ///   - vfs: as that of `Database.open`, and so is `lanes`.
  /// - Returns: the journal, and the damaged one if there was one.
  /// - Throws: when the file was written by a newer version, or can't be read or moved.
  public static func openOrReplace(
    _ path: String, disk: any Disk, clock: any Clock, vfs: String? = nil,
    lanes: DatabaseLanes = .threads
  ) throws(RoostError) -> (journal: Journal, damaged: Damaged?) {
    guard try disk.size(of: path) != nil, let reason = try damage(of: path, vfs) else {
      return (try open(path, vfs: vfs, lanes: lanes), nil)
    }
    let aside = "\(path).damaged-\(clock.now.iso8601)"
    try disk.rename(path, to: aside)
    // An empty file's log is ignored, so it is harmless until it has moved too.
    if try disk.exists(path + "-wal") { try disk.rename(path + "-wal", to: aside + "-wal") }
    try disk.remove(path + "-shm")
    return (try open(path, vfs: vfs, lanes: lanes), Damaged(reason: reason, path: aside))
  }

  private static func damage(of path: String, _ vfs: String?) throws(RoostError) -> String? {
    if let fault = try DatabaseFile.faults(of: path, vfs: vfs).first { return fault }
    // Pages carry no checksums: what is in them may be wrong where the pages look right.
    return try DatabaseFile.read(path, vfs: vfs) { (transaction) throws(RoostError) in
      let version = try transaction.row("PRAGMA user_version")?.int("user_version")
      guard version == JournalSchema.migrations.last?.version else { return nil }
      do throws(RoostError) {
        _ = try JournalEntry.loadAll(transaction)
        return nil
      } catch {
        guard error.kind == .internal else { throw error }
        return "\(error)"
      }
    }
  }
}
