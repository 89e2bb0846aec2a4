// SPDX-License-Identifier: Apache-2.0

public import Base
import Database
public import NodeProtocol

/// What this node was told, kept across restarts of agent and host.
///
/// A revoked instance stays in it until the controller has acknowledged that nothing is left of it:
/// otherwise a lost answer would leave the controller waiting for a node that knows nothing.
public final class Journal: Sendable {
  private let database: Database

  private init(_ database: Database) {
    self.database = database
  }

  /// Opens the journal, creating it if absent.
  ///
  /// - Throws: when the file was written by a newer version, or can't be read.
  public static func open(_ path: String) throws(RoostError) -> Journal {
    Journal(try Database.open(path, migrations: JournalSchema.migrations))
  }

  /// Closes the file; nothing may be called after.
  public func close() { database.close() }

  /// Records what should be; on return it survives power loss.
  ///
  /// The same generation again changes nothing. An older one is refused, and so is what can't be
  /// acted on; the rest of the list is recorded all the same.
  public func apply(_ desired: [Desired]) async throws(RoostError) -> [Refusal] {
    try await database.write { transaction throws(RoostError) in
      var refused: [Refusal] = []
      for item in desired {
        let held = try JournalEntry.load(item.instanceID, transaction)
        switch JournalRule.judge(item, held: held) {
        case .keep: break
        case .replace(let entry): try entry.save(transaction)
        case .refuse(let reason):
          var refusal = Refusal()
          refusal.instanceID = item.instanceID
          refusal.reason = reason
          if let held { refusal.held = held.generation }
          refused.append(refusal)
        }
      }
      return refused
    }
  }

  /// Every entry, by instance.
  public func entries() async throws(RoostError) -> [JournalEntry] {
    try await database.read { transaction throws(RoostError) in
      try JournalEntry.loadAll(transaction)
    }
  }

  /// One instance's entry.
  public func entry(_ instance: InstanceID) async throws(RoostError) -> JournalEntry? {
    try await database.read { transaction throws(RoostError) in
      try JournalEntry.load(instance, transaction)
    }
  }

  /// Records progress on one generation. Does nothing if another generation has come meanwhile.
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

  /// Drops a revoked instance once the controller has acknowledged that it is gone.
  ///
  /// - Returns: false if the instance isn't revoked at this generation; it stays then.
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
