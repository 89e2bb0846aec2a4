// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// The next generation of a desired state; each is handed out once.
  public func nextGeneration() throws(RoostError) -> Generation {
    try run("UPDATE generations SET number = number + 1 WHERE id = 1")
    return try newestGeneration()
  }

  /// The newest generation that was handed out.
  public func newestGeneration() throws(RoostError) -> Generation {
    guard let row = try row("SELECT epoch, number FROM generations WHERE id = 1") else {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "the store has lost its generation")
    }
    return try row.generation()
  }

  /// Begins an epoch: what is handed out from now on is newer than all that was handed out before,
  /// here or by a store that this one was copied from.
  ///
  /// Epochs are named by the time of their beginning, in seconds since 1970, so that two restores of
  /// one backup differ; where that would not be newer, they are counted.
  ///
  /// - Parameter generation: one more that it must outdo.
  public func beginEpoch(after generation: Generation = .zero, at time: Timestamp)
    throws(RoostError)
  {
    let last = max(try newestGeneration().epoch, generation.epoch)
    let epoch = max(last + 1, time.epochSeconds)
    try run(
      "UPDATE generations SET epoch = ?, number = 0 WHERE id = 1", .integer(Int64(clamping: epoch)))
  }

  /// What nodes were told; of one node when given.
  public func desired(on node: NodeID? = nil) throws(RoostError) -> [DesiredRecord] {
    guard let node else {
      return try decoded(
        rows("SELECT * FROM desired ORDER BY node_id, epoch, number"), DesiredRecord.init(row:))
    }
    return try decoded(
      rows("SELECT * FROM desired WHERE node_id = ? ORDER BY epoch, number", .id(node)),
      DesiredRecord.init(row:))
  }

  /// What nodes were told about an instance.
  public func desired(of instance: InstanceID) throws(RoostError) -> [DesiredRecord] {
    try decoded(
      rows("SELECT * FROM desired WHERE instance_id = ? ORDER BY epoch, number", .id(instance)),
      DesiredRecord.init(row:))
  }

  /// Whether a node was told of a server that is built from an image.
  public func hasServer(from image: ImageID, on node: NodeID) throws(RoostError) -> Bool {
    try row(
      """
      SELECT 1 FROM desired JOIN instances ON instances.id = desired.instance_id
      WHERE desired.node_id = ? AND instances.image_id = ? LIMIT 1
      """, .id(node), .id(image)) != nil
  }

  /// What a node was told about an instance.
  public func desired(_ instance: InstanceID, on node: NodeID) throws(RoostError)
    -> DesiredRecord?
  {
    let found = try row(
      "SELECT * FROM desired WHERE instance_id = ? AND node_id = ?", .id(instance), .id(node))
    guard let found else { return nil }
    return try DesiredRecord(row: found)
  }

  /// The encoded specification that goes with it.
  public func desiredSpec(_ instance: InstanceID, on node: NodeID) throws(RoostError) -> [UInt8]? {
    try row(
      "SELECT spec FROM desired WHERE instance_id = ? AND node_id = ?", .id(instance), .id(node))?
      .blob("spec")
  }

  /// Records what a node is to be told; `spec` is the encoded specification, nil keeps the old one.
  public func set(_ desired: DesiredRecord, spec: [UInt8]?) throws(RoostError) {
    try run(
      """
      INSERT INTO desired (instance_id, node_id, epoch, number, target, is_settled, spec)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (instance_id, node_id) DO UPDATE SET epoch = excluded.epoch,
        number = excluded.number, target = excluded.target, is_settled = excluded.is_settled
      """, .id(desired.instance), .id(desired.node),
      .integer(Int64(clamping: desired.generation.epoch)),
      .integer(Int64(clamping: desired.generation.number)), .text(desired.target.rawValue),
      .bool(desired.isSettled), .blob(spec ?? []))
    guard let spec else { return }
    try run(
      "UPDATE desired SET spec = ? WHERE instance_id = ? AND node_id = ?", .blob(spec),
      .id(desired.instance), .id(desired.node))
  }

  /// Forgets what a node was told, once it has said that nothing is left.
  public func removeDesired(_ instance: InstanceID, on node: NodeID) throws(RoostError) {
    try run(
      "DELETE FROM desired WHERE instance_id = ? AND node_id = ?", .id(instance), .id(node))
  }

  /// What nodes hold that the store doesn't know.
  public func orphans() throws(RoostError) -> [Orphan] {
    try decoded(rows("SELECT * FROM orphans ORDER BY node_id, instance_id")) {
      (row) throws(RoostError) in
      var orphan = Orphan(
        node: try row.id("node_id"), instance: try row.id("instance_id"),
        generation: try row.generation(), firstSeenAt: try row.time("first_seen_at"))
      if let epoch = try row.optionalInteger("removal_epoch") {
        orphan.removal = Generation(
          epoch: UInt64(clamping: epoch),
          number: UInt64(clamping: try row.integer("removal_number")))
      }
      return orphan
    }
  }

  /// Replaces what is known of a node's orphans; those seen before keep their first time.
  public func setOrphans(_ orphans: [Orphan], of node: NodeID) throws(RoostError) {
    var known: [InstanceID: Timestamp] = [:]
    for orphan in try self.orphans() where orphan.node == node {
      known[orphan.instance] = orphan.firstSeenAt
    }
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

extension DesiredRecord {
  init(row: Row) throws(RoostError) {
    self.init(
      instance: try row.id("instance_id"), node: try row.id("node_id"),
      generation: try row.generation(), target: try row.word("target"),
      isSettled: try row.bool("is_settled"))
  }
}

extension Row {
  func generation() throws(RoostError) -> Generation {
    Generation(
      epoch: UInt64(clamping: try integer("epoch")),
      number: UInt64(clamping: try integer("number")))
  }
}
