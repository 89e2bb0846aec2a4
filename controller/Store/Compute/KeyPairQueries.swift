// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// A user's key pairs by name.
  public func keyPairs(of user: UserID) throws(RoostError) -> [KeyPair] {
    try decoded(
      rows("SELECT * FROM key_pairs WHERE user_id = ? ORDER BY name", .id(user)),
      KeyPair.init(row:))
  }

  /// A user's key pair.
  public func keyPair(_ name: String, of user: UserID) throws(RoostError) -> KeyPair? {
    let found = try row(
      "SELECT * FROM key_pairs WHERE user_id = ? AND name = ?", .id(user), .text(name))
    guard let found else { return nil }
    return try KeyPair(row: found)
  }

  /// Adds a key pair and gives it its number. A known name is a `conflict`.
  public func insert(_ pair: KeyPair) throws(RoostError) {
    try run(
      """
      INSERT INTO key_pairs (user_id, name, type, public_key, fingerprint, created_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, .id(pair.user), .text(pair.name), .text(pair.type), .text(pair.publicKey),
      .text(pair.fingerprint), .time(pair.createdAt))
  }

  /// Removes a key pair. Returns whether there was one.
  public func deleteKeyPair(_ name: String, of user: UserID) throws(RoostError) -> Bool {
    try run("DELETE FROM key_pairs WHERE user_id = ? AND name = ?", .id(user), .text(name)) > 0
  }
}

extension KeyPair {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.integer("id"), user: try row.id("user_id"), name: try row.text("name"),
      type: try row.text("type"), publicKey: try row.text("public_key"),
      fingerprint: try row.text("fingerprint"), createdAt: try row.time("created_at"))
  }
}
