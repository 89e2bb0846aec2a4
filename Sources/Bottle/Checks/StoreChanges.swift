// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Synchronization

/// What the controller has changed in its store and nobody has looked at yet: after a commit only that is
/// looked at. What is changed and then undone may be among it.
final class StoreChanges: Sendable {
  /// Whom the changed rows are about, as they were and as they are.
  struct Touched {
    var instances: Set<InstanceID> = []
    var nodes: Set<NodeID> = []
    var ports: Set<PortID> = []
    /// Whether something has changed that many others depend on.
    var isAll = false

    mutating func formUnion(_ other: Self) {
      instances.formUnion(other.instances)
      nodes.formUnion(other.nodes)
      ports.formUnion(other.ports)
      isAll = isAll || other.isAll
    }
  }

  private let touched = Mutex(Touched())

  /// A row is changed.
  func note(_ change: RowChange) {
    touched.withLock { touched in
      switch change.table {
      case "instances": touched.instances.formUnion(change.ids("id"))
      case "allocations", "desired":
        touched.instances.formUnion(change.ids("instance_id"))
        touched.nodes.formUnion(change.ids("node_id"))
      case "ports":
        touched.ports.formUnion(change.ids("id"))
        touched.instances.formUnion(change.ids("instance_id"))
      case "port_addresses": touched.ports.formUnion(change.ids("port_id"))
      case "nodes": touched.nodes.formUnion(change.ids("id"))
      case "inventories", "orphans": touched.nodes.formUnion(change.ids("node_id"))
      case "subnets": touched.isAll = true
      // Nothing that is checked depends on the others.
      default: break
      }
    }
  }

  /// Hands over what has gathered.
  func take() -> Touched {
    touched.withLock { touched in
      defer { touched = Touched() }
      return touched
    }
  }

  /// Takes back what could not be looked at.
  func putBack(_ left: Touched) { touched.withLock { $0.formUnion(left) } }
}

extension RowChange {
  fileprivate func ids<Tag>(_ column: String) -> [Identifier<Tag>] {
    texts(column).compactMap { Identifier($0) }
  }
}
