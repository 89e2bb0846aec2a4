// SPDX-License-Identifier: Apache-2.0

public import Base
public import Journal
public import NodeProtocol
import Synchronization

/// A journal in memory, for agents by the thousand and for agents whose disk is not the matter. It
/// outlives the agent that writes it, not the process.
public final class MemoryJournal: JournalKeeping {
  private let held: Mutex<[InstanceID: JournalEntry]>

  /// A journal with these entries.
  public init(_ entries: [JournalEntry] = []) {
    held = Mutex(Dictionary(entries.map { ($0.instance, $0) }, uniquingKeysWith: { $1 }))
  }

  public func apply(_ desired: [Desired]) async throws(RoostError) -> [Refusal] {
    held.withLock { held in
      var refused: [Refusal] = []
      for item in desired {
        let entry = held[item.instanceID]
        switch JournalRule.judge(item, held: entry) {
        case .keep: break
        case .replace(let entry): held[item.instanceID] = entry
        case .refuse(let reason):
          refused.append(JournalRule.refusal(of: item, held: entry, reason))
        }
      }
      return refused
    }
  }

  public func entries() async throws(RoostError) -> [JournalEntry] {
    held.withLock { held in held.values.sorted { $0.instance < $1.instance } }
  }

  public func entry(_ instance: InstanceID) async throws(RoostError) -> JournalEntry? {
    held.withLock { $0[instance] }
  }

  public func update(
    _ instance: InstanceID, at generation: Generation,
    _ change: @escaping @Sendable (inout JournalEntry) -> Void
  ) async throws(RoostError) {
    held.withLock { held in
      guard var entry = held[instance], entry.generation == generation else { return }
      change(&entry)
      held[instance] = entry
    }
  }

  @discardableResult
  public func forget(_ instance: InstanceID, at generation: Generation)
    async throws(RoostError) -> Bool
  {
    held.withLock { held in
      guard let entry = held[instance], entry.generation == generation,
        entry.target == .absent
      else { return false }
      held[instance] = nil
      return true
    }
  }
}
