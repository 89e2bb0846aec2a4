// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Invariants

/// What nodes were ever told to remove, and what they ever had as it should be. Records go back when a
/// backup is restored; what was told to a node does not.
struct Revocations: Sendable {
  private struct Place: Hashable {
    let node: NodeID
    let instance: InstanceID
  }

  private var revoked: Set<Place> = []
  private var settled: Set<Place> = []

  /// Takes in what records say after a commit.
  mutating func note(_ reading: StoreReading) {
    for told in reading.records.desired {
      let place = Place(node: told.node, instance: told.instance)
      if told.isAbsent { revoked.insert(place) } else if told.isSettled { settled.insert(place) }
    }
    for orphan in reading.orphans where orphan.removal != nil {
      revoked.insert(Place(node: orphan.node, instance: orphan.instance))
    }
  }

  /// Whether the node was told to leave nothing of it, at any time.
  func hasRevoked(_ instance: InstanceID, on node: NodeID) -> Bool {
    revoked.contains(Place(node: node, instance: instance))
  }

  /// Whether the node has ever had it as it should be.
  func hasSettled(_ instance: InstanceID, on node: NodeID) -> Bool {
    settled.contains(Place(node: node, instance: instance))
  }
}
