// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Every enrolment, the oldest first.
  public func enrolments() throws(RoostError) -> [Enrolment] {
    try decoded(rows("SELECT * FROM enrolments ORDER BY created_at, id"), Enrolment.init(row:))
  }

  /// An enrolment by id.
  public func enrolment(_ id: EnrolmentID) throws(RoostError) -> Enrolment? {
    try row("SELECT * FROM enrolments WHERE id = ?", .id(id)).map(Enrolment.init(row:))
  }

  /// The enrolment whose token has a secret with this hash.
  public func enrolment(secretHash: [UInt8]) throws(RoostError) -> Enrolment? {
    try row("SELECT * FROM enrolments WHERE secret_hash = ?", .blob(secretHash))
      .map(Enrolment.init(row:))
  }

  /// Adds an enrolment that nobody has used.
  public func insert(_ enrolment: Enrolment, secretHash: [UInt8]) throws(RoostError) {
    try run(
      """
      INSERT INTO enrolments (id, secret_hash, node_id, host_name, created_at, expires_at,
        creator_id, creator_name)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, .id(enrolment.id), .blob(secretHash), .id(enrolment.node),
      SQLValue(enrolment.hostName), .time(enrolment.createdAt), .time(enrolment.expiresAt),
      .id(enrolment.creator), .text(enrolment.creatorName))
  }

  /// Records what an enrolment was used for. One that was used before stays as it is.
  ///
  /// - Returns: whether it was unused.
  public func use(_ id: EnrolmentID, for node: NodeID, _ use: Enrolment.Use) throws(RoostError)
    -> Bool
  {
    try run(
      """
      UPDATE enrolments SET node_id = ?, used_at = ?, used_from = ?, serial = ?, key_id = ?
      WHERE id = ? AND used_at IS NULL
      """, .id(node), .time(use.at), SQLValue(use.address), .text(use.serial), .text(use.keyID),
      .id(id)) > 0
  }

  /// Removes an enrolment.
  public func deleteEnrolment(_ id: EnrolmentID) throws(RoostError) {
    try run("DELETE FROM enrolments WHERE id = ?", .id(id))
  }

  /// Removes the enrolments of a node that nobody has used.
  public func deleteOpenEnrolments(of node: NodeID) throws(RoostError) {
    try run("DELETE FROM enrolments WHERE node_id = ? AND used_at IS NULL", .id(node))
  }

  /// Forgets enrolments whose time was over before a time. Used ones may be what tells why a node has
  /// a certificate, and a certificate knows no less.
  public func forgetEnrolments(expiredBefore time: Timestamp) throws(RoostError) {
    try run("DELETE FROM enrolments WHERE expires_at < ?", .time(time))
  }
}

extension Enrolment {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), node: try row.optionalID("node_id"),
      hostName: try row.optionalText("host_name"), createdAt: try row.time("created_at"),
      expiresAt: try row.time("expires_at"), creator: try row.id("creator_id"),
      creatorName: try row.text("creator_name"))
    guard let usedAt = try row.optionalTime("used_at") else { return }
    use = Use(
      at: usedAt, address: try row.optionalText("used_from"), serial: try row.text("serial"),
      keyID: try row.text("key_id"))
  }
}
