// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
import Synchronization

/// What the controller is to be told: the latest observation of each instance, kept until the
/// controller has acknowledged that very one.
public final class ReportBoard: Sendable {
  private struct Item {
    var observation: Observation
    var revision: UInt64
    var acknowledged: Bool
  }

  private let items = Mutex<[InstanceID: Item]>([:])

  /// Rings when there is something to tell.
  public let changed = WakeSignal()

  /// An empty board.
  public init() {}

  /// An observation on its way to the controller.
  public struct Pending: Sendable, Hashable {
    /// What to tell.
    public let observation: Observation
    fileprivate let revision: UInt64
  }

  /// Replaces what is to be told of an instance; the same again is not told again.
  public func post(_ observation: Observation) {
    let isNew = items.withLock { items in
      let held = items[observation.instanceID]
      if held?.observation == observation { return false }
      items[observation.instanceID] = Item(
        observation: observation, revision: (held?.revision ?? 0) + 1, acknowledged: false)
      return true
    }
    if isNew { changed.ring() }
  }

  /// What is to be told, by instance, at most `limit`.
  public func pending(limit: Int) -> [Pending] {
    items.withLock { items in
      items.values.filter { !$0.acknowledged }
        .sorted { $0.observation.instanceID < $1.observation.instanceID }
        .prefix(limit)
        .map { Pending(observation: $0.observation, revision: $0.revision) }
    }
  }

  /// Marks as told, unless something newer was posted meanwhile.
  public func acknowledge(_ told: [Pending]) {
    items.withLock { items in
      for pending in told {
        let id = pending.observation.instanceID
        if items[id]?.revision == pending.revision { items[id]?.acknowledged = true }
      }
    }
  }

  /// Everything is to be told again: the controller may have lost it.
  public func repeatAll() {
    items.withLock { items in
      for id in items.keys { items[id]?.acknowledged = false }
    }
    changed.ring()
  }

  /// Drops an instance.
  public func remove(_ instance: InstanceID) {
    items.withLock { items in _ = items.removeValue(forKey: instance) }
  }
}
