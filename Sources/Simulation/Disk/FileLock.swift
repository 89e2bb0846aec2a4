// SPDX-License-Identifier: Apache-2.0

/// The lock that SQLite's connections take on a database as a whole, for those of one process.
///
/// Source: "File Locking And Concurrency In SQLite Version 3", sqlite.org/lockingv3.html, section 3.
struct FileLock {
  /// How much of the lock a connection has. The numbers are SQLite's.
  enum Level: Int32, Comparable {
    case none = 0
    case shared
    case reserved
    /// No new reader comes in; the last ones may finish.
    case pending
    case exclusive

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  private var levels: [ObjectIdentifier: Level] = [:]
  /// Who has more than a reader has: one at most.
  private var owner: ObjectIdentifier?

  private func level(of holder: ObjectIdentifier) -> Level { levels[holder] ?? .none }

  /// Whether anybody intends to write.
  var isReserved: Bool { owner != nil }

  /// - Returns: false when another stands against it.
  mutating func raise(_ holder: ObjectIdentifier, to wanted: Level) -> Bool {
    guard level(of: holder) < wanted else { return true }
    if let owner, owner != holder {
      guard wanted == .shared, level(of: owner) < .pending else { return false }
    }
    if wanted == .exclusive, levels.count > 1 {
      // Who waits for readers to end keeps new ones out.
      levels[holder] = .pending
      owner = holder
      return false
    }
    levels[holder] = wanted
    if wanted > .shared { owner = holder }
    return true
  }

  /// Gives back all above a level.
  mutating func lower(_ holder: ObjectIdentifier, to level: Level) {
    guard self.level(of: holder) > level else { return }
    if owner == holder { owner = nil }
    levels[holder] = level == .none ? nil : .shared
  }
}
