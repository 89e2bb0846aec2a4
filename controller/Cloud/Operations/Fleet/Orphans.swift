// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Log
import Store

extension Cloud {
  /// What nodes hold that no record knows.
  public func orphans(for caller: Caller) async throws(RoostError) -> [Orphan] {
    try caller.requireAdmin(to: "see orphans")
    return try await store.read { (tx) throws(RoostError) in try tx.orphans() }
  }

  /// Has a node remove an orphan: guest, taps and disks. It leaves the list when the node has said
  /// that nothing is left. A node that is away learns of it when it registers.
  ///
  /// - Returns: the orphan with the order.
  public func removeOrphan(_ instance: InstanceID, on node: NodeID, for caller: Caller)
    async throws(RoostError) -> Orphan
  {
    try caller.requireAdmin(to: "remove an orphan")
    let orphan = try await store.write { (tx) throws(RoostError) -> Orphan in
      let found = try tx.orphans().first { $0.instance == instance && $0.node == node }
      guard var orphan = found else { throw .notFound("Orphan", instance) }
      if orphan.removal == nil {
        let order = try tx.nextGeneration()
        try tx.setRemoval(order, of: orphan)
        orphan.removal = order
      }
      return orphan
    }
    if let order = orphan.removalOrder { await fleet.apply(node, [order]) }
    log.info(
      "an orphan is being removed",
      [.node: node, .instance: instance, .request: caller.requestID, .operation: "removeOrphan"])
    return orphan
  }
}
