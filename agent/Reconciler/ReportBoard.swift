// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
public import StateDigest
import Synchronization

/// What the controller is to be told: the latest observation of each instance, unless it is the one
/// that the controller has recorded.
public final class ReportBoard: Sendable {
  private struct Item {
    var observation: Observation
    var digest: EntryDigest
  }

  private struct State {
    var items: [InstanceID: Item] = [:]
    /// What the controller has recorded last, as far as this node knows.
    var recorded: [InstanceID: EntryDigest] = [:]

    func isToBeTold(_ item: Item) -> Bool {
      recorded[item.observation.instanceID] != item.digest
    }
  }

  private let state = Mutex(State())

  /// Rings when there is something to tell.
  public let changed = WakeSignal()

  /// An empty board.
  public init() {}

  /// An observation on its way to the controller.
  public struct Pending: Sendable, Hashable {
    /// What to tell.
    public let observation: Observation
    fileprivate let digest: EntryDigest
  }

  /// Replaces what is to be told of an instance; what the controller has recorded is not told again.
  public func post(_ observation: Observation) {
    let item = Item(observation: observation, digest: EntryDigest(observation))
    let isNew = state.withLock { state in
      if state.items[observation.instanceID]?.digest == item.digest { return false }
      state.items[observation.instanceID] = item
      return state.isToBeTold(item)
    }
    if isNew { changed.ring() }
  }

  /// What is to be told, by instance, at most `limit`.
  public func pending(limit: Int) -> [Pending] {
    state.withLock { state in
      state.items.values.filter { state.isToBeTold($0) }
        .sorted { $0.observation.instanceID < $1.observation.instanceID }
        .prefix(limit)
        .map { Pending(observation: $0.observation, digest: $0.digest) }
    }
  }

  /// The controller has recorded these. What was posted meanwhile is still to be told.
  public func acknowledge(_ told: [Pending]) {
    state.withLock { state in
      for pending in told {
        let instance = pending.observation.instanceID
        let newest = PlantedBug.newerAcknowledged.isPlanted ? state.items[instance]?.digest : nil
        state.recorded[instance] = newest ?? pending.digest
      }
    }
  }

  /// The latest observations, in the order of their instances, to be compared with the controller's
  /// records.
  public var digests: [EntryDigest] {
    state.withLock { state in
      state.items.values.map(\.digest).sorted { $0.instance < $1.instance }
    }
  }

  /// Takes the controller's word for what it has recorded of this node, and nothing else. With nothing
  /// recorded everything is to be told again.
  public func take(recorded: [EntryDigest]) {
    state.withLock { state in
      state.recorded = Dictionary(recorded.map { ($0.instance, $0) }, uniquingKeysWith: { $1 })
      if PlantedBug.eventLostOnReconnect.isPlanted {
        state.recorded = state.items.mapValues(\.digest)
      }
    }
    changed.ring()
  }

  /// Drops an instance.
  public func remove(_ instance: InstanceID) {
    state.withLock { state in
      state.items[instance] = nil
      state.recorded[instance] = nil
    }
  }
}
