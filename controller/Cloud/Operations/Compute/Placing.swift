// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Placement
import Store

extension Transaction {
  /// Every node as placement sees it in this transaction.
  ///
  /// - Parameter conditions: of the nodes that were connected when the request came.
  func hosts(in conditions: [NodeID: NodeCondition]) throws(RoostError) -> [Host] {
    let inventories = Dictionary(grouping: try inventories(), by: \.node)
    let usages = Dictionary(grouping: try usages(), by: \.node)
    return try nodes().map { node in
      Host(
        id: node.id, name: node.hostName, isUp: conditions[node.id]?.state == .up,
        hypervisorFailure: conditions[node.id]?.hypervisorFailure, isEnabled: node.isEnabled,
        availabilityZone: node.availabilityZone,
        physicalNetworks: node.inventory.physicalNetworks,
        inventories: (inventories[node.id] ?? []).compactMap { stored in
          let used = (usages[node.id] ?? []).first { $0.resource == stored.resource }?.amount
          return Inventory(stored, used: used ?? 0)
        })
    }
  }
}

extension Inventory {
  /// A stored inventory; nil for a class that placement doesn't count.
  init?(_ stored: StoredInventory, used: Int64) {
    guard let resource = ResourceClass(rawValue: stored.resource) else { return nil }
    self.init(
      resource, total: stored.total, reserved: stored.reserved,
      allocationRatio: stored.allocationRatio, minUnit: stored.minUnit, maxUnit: stored.maxUnit,
      stepSize: stored.stepSize, used: used)
  }
}
