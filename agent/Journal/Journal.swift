// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database
public import NodeProtocol

/// A journal in an SQLite file.
public final class Journal: JournalKeeping {
  private let database: Database

  private init(_ database: Database) {
    self.database = database
  }

  /// Opens the journal, creating it if absent.
  ///
  /// - Parameters: as those of `Database.open`.
  /// - Throws: when the file was written by a newer version, or can't be read.
  public static func open(
    _ path: String, vfs: String? = nil, lanes: DatabaseLanes = .threads
  ) throws(RoostError) -> Journal {
    Journal(try Database.open(path, migrations: JournalSchema.migrations, vfs: vfs, lanes: lanes))
  }

  /// Closes the file; nothing may be called after.
  public func close() { database.close() }

  public func apply(_ desired: [Desired]) async throws(RoostError) -> [Refusal] {
    try await database.write { transaction throws(RoostError) in
      var refused: [Refusal] = []
      for item in desired {
        let held = try JournalEntry.load(item.instanceID, transaction)
        switch JournalRule.judge(item, held: held) {
        case .keep: break
        case .replace(let entry): try entry.save(transaction)
        case .refuse(let reason):
          refused.append(JournalRule.refusal(of: item, held: held, reason))
        }
      }
      return refused
    }
  }

  public func entries() async throws(RoostError) -> [JournalEntry] {
    try await database.read { transaction throws(RoostError) in
      try JournalEntry.loadAll(transaction)
    }
  }

  public func entry(_ instance: InstanceID) async throws(RoostError) -> JournalEntry? {
    try await database.read { transaction throws(RoostError) in
      try JournalEntry.load(instance, transaction)
    }
  }

  public func update(
    _ instance: InstanceID, at generation: Generation,
    _ change: @escaping @Sendable (inout JournalEntry) -> Void
  ) async throws(RoostError) {
    try await database.write { transaction throws(RoostError) in
      guard var entry = try JournalEntry.load(instance, transaction),
        entry.generation == generation
      else { return }
      change(&entry)
      try entry.save(transaction)
    }
  }

  @discardableResult
  public func forget(
    _ instance: InstanceID, at generation: Generation
  ) async throws(RoostError) -> Bool {
    try await database.write { transaction throws(RoostError) in
      guard let entry = try JournalEntry.load(instance, transaction),
        entry.generation == generation, entry.target == .absent
      else { return false }
      try transaction.run("DELETE FROM instances WHERE id = ?", .id(instance))
      return true
    }
  }
}
