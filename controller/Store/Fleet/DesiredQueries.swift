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
        rows("SELECT \(columns) FROM desired ORDER BY node_id, epoch, number"),
        DesiredRecord.init(row:))
    }
    return try decoded(
      rows(
        "SELECT \(columns) FROM desired WHERE node_id = ? ORDER BY epoch, number", .id(node)),
      DesiredRecord.init(row:))
  }

  /// What nodes were told about an instance.
  public func desired(of instance: InstanceID) throws(RoostError) -> [DesiredRecord] {
    try decoded(
      rows(
        "SELECT \(columns) FROM desired WHERE instance_id = ? ORDER BY epoch, number",
        .id(instance)), DesiredRecord.init(row:))
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
      "SELECT \(columns) FROM desired WHERE instance_id = ? AND node_id = ?", .id(instance),
      .id(node))
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

  /// Which report of each instance was recorded last from a node, as the digests that were kept with
  /// them; instances without one are left out.
  public func reportDigests(of node: NodeID) throws(RoostError) -> [(InstanceID, [UInt8])] {
    try decoded(
      rows(
        """
        SELECT instance_id, reported FROM desired WHERE node_id = ? AND reported IS NOT NULL
        ORDER BY instance_id
        """, .id(node))
    ) { (row) throws(RoostError) in (try row.id("instance_id"), try row.blob("reported")) }
  }

  /// Keeps a report's digest, in the transaction that records the report.
  public func setReported(_ digest: [UInt8], of instance: InstanceID, on node: NodeID)
    throws(RoostError)
  {
    try run(
      "UPDATE desired SET reported = ? WHERE instance_id = ? AND node_id = ?", .blob(digest),
      .id(instance), .id(node))
  }
}

/// All of a state but its specification, which is large.
private let columns = "instance_id, node_id, epoch, number, target, is_settled"

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
