// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// What nodes hold that the store doesn't know.
  public func orphans() throws(RoostError) -> [Orphan] {
    try decoded(rows("SELECT * FROM orphans ORDER BY node_id, instance_id"), Orphan.init(row:))
  }

  /// The same of one node.
  public func orphans(on node: NodeID) throws(RoostError) -> [Orphan] {
    try decoded(
      rows("SELECT * FROM orphans WHERE node_id = ? ORDER BY instance_id", .id(node)),
      Orphan.init(row:))
  }

  /// Replaces what is known of a node's orphans; those seen before keep their first time.
  public func setOrphans(_ orphans: [Orphan], of node: NodeID) throws(RoostError) {
    var known: [InstanceID: Timestamp] = [:]
    for orphan in try self.orphans(on: node) {
      known[orphan.instance] = orphan.firstSeenAt
    }
    guard !known.isEmpty || !orphans.isEmpty else { return }
    try run("DELETE FROM orphans WHERE node_id = ?", .id(node))
    for orphan in orphans {
      try run(
        """
        INSERT INTO orphans (node_id, instance_id, epoch, number, first_seen_at, removal_epoch,
          removal_number)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """, .id(node), .id(orphan.instance), .integer(Int64(clamping: orphan.generation.epoch)),
        .integer(Int64(clamping: orphan.generation.number)),
        .time(known[orphan.instance] ?? orphan.firstSeenAt),
        SQLValue(orphan.removal.map { Int64(clamping: $0.epoch) }),
        SQLValue(orphan.removal.map { Int64(clamping: $0.number) }))
    }
  }

  /// Records that an operator wants an orphan removed, and what its node is told then.
  public func setRemoval(_ generation: Generation, of orphan: Orphan) throws(RoostError) {
    try run(
      """
      UPDATE orphans SET removal_epoch = ?, removal_number = ?
      WHERE node_id = ? AND instance_id = ?
      """, .integer(Int64(clamping: generation.epoch)),
      .integer(Int64(clamping: generation.number)), .id(orphan.node), .id(orphan.instance))
  }

  /// Forgets an orphan whose node has said that nothing is left. Returns whether there was one.
  ///
  /// - Parameter generation: what the node was told when it removed it; one older than what it held
  ///   is about an earlier life.
  public func forgetOrphan(_ instance: InstanceID, on node: NodeID, goneAt generation: Generation)
    throws(RoostError) -> Bool
  {
    try run(
      """
      DELETE FROM orphans WHERE instance_id = ? AND node_id = ? AND (epoch, number) <= (?, ?)
      """, .id(instance), .id(node), .integer(Int64(clamping: generation.epoch)),
      .integer(Int64(clamping: generation.number))) > 0
  }
}

extension Orphan {
  init(row: Row) throws(RoostError) {
    self.init(
      node: try row.id("node_id"), instance: try row.id("instance_id"),
      generation: try row.generation(), firstSeenAt: try row.time("first_seen_at"))
    if let epoch = try row.optionalInteger("removal_epoch") {
      removal = Generation(
        epoch: UInt64(clamping: epoch),
        number: UInt64(clamping: try row.integer("removal_number")))
    }
  }
}
