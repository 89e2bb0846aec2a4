// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// A node's certificates on record, the newest first.
  public func certificates(of node: NodeID) throws(RoostError) -> [NodeCertificate] {
    try decoded(
      rows(
        "SELECT * FROM certificates WHERE node_id = ? ORDER BY issued_at DESC, serial", .id(node)),
      NodeCertificate.init(row:))
  }

  /// Every certificate on record, by node, the newest first.
  public func certificates() throws(RoostError) -> [NodeCertificate] {
    try decoded(
      rows("SELECT * FROM certificates ORDER BY node_id, issued_at DESC, serial"),
      NodeCertificate.init(row:))
  }

  /// A certificate by its serial number.
  public func certificate(_ serial: String) throws(RoostError) -> NodeCertificate? {
    try row("SELECT * FROM certificates WHERE serial = ?", .text(serial))
      .map(NodeCertificate.init(row:))
  }

  /// Adds a certificate.
  public func insert(_ certificate: NodeCertificate) throws(RoostError) {
    let (enrolment, renewed): (EnrolmentID?, String?) =
      switch certificate.origin {
      case .enrolment(let id): (id, nil)
      case .renewal(let serial): (nil, serial)
      }
    try run(
      """
      INSERT INTO certificates (serial, node_id, key_id, begins_at, expires_at, issued_at,
        enrolment_id, renewed_serial, chain, revoked_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .text(certificate.serial), .id(certificate.node), .text(certificate.keyID),
      .time(certificate.begins), .time(certificate.expires), .time(certificate.issuedAt),
      .id(enrolment), SQLValue(renewed), .text(certificate.chain), .time(certificate.revokedAt))
  }

  /// Forgets certificates that ended before a time: they would be refused in any case.
  public func forgetCertificates(endedBefore time: Timestamp) throws(RoostError) {
    try run("DELETE FROM certificates WHERE expires_at < ?", .time(time))
  }

  /// Every node's latest revocation, by node.
  public func revocations() throws(RoostError) -> [NodeRevocation] {
    try decoded(
      rows("SELECT * FROM node_revocations ORDER BY node_id"), NodeRevocation.init(row:))
  }

  /// A node's latest revocation.
  public func revocation(of node: NodeID) throws(RoostError) -> NodeRevocation? {
    try row("SELECT * FROM node_revocations WHERE node_id = ?", .id(node))
      .map(NodeRevocation.init(row:))
  }

  /// Revokes a node's certificates: those on record by their serials, all others by the revocation.
  public func revoke(_ revocation: NodeRevocation) throws(RoostError) {
    try run(
      """
      INSERT INTO node_revocations (node_id, revoked_at, author_id, author_name, reason)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (node_id) DO UPDATE SET revoked_at = excluded.revoked_at,
        author_id = excluded.author_id, author_name = excluded.author_name,
        reason = excluded.reason
      """, .id(revocation.node), .time(revocation.at), .id(revocation.author),
      .text(revocation.authorName), SQLValue(revocation.reason))
    try run(
      "UPDATE certificates SET revoked_at = ? WHERE node_id = ? AND revoked_at IS NULL",
      .time(revocation.at), .id(revocation.node))
  }
}

extension NodeCertificate {
  init(row: Row) throws(RoostError) {
    let origin: Origin =
      if let id: EnrolmentID = try row.optionalID("enrolment_id") {
        .enrolment(id)
      } else {
        .renewal(of: try row.text("renewed_serial"))
      }
    self.init(
      serial: try row.text("serial"), node: try row.id("node_id"), keyID: try row.text("key_id"),
      begins: try row.time("begins_at"), expires: try row.time("expires_at"),
      issuedAt: try row.time("issued_at"), origin: origin, chain: try row.text("chain"),
      revokedAt: try row.optionalTime("revoked_at"))
  }
}

extension NodeRevocation {
  init(row: Row) throws(RoostError) {
    self.init(
      node: try row.id("node_id"), at: try row.time("revoked_at"),
      author: try row.id("author_id"), authorName: try row.text("author_name"),
      reason: try row.optionalText("reason"))
  }
}
