// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// All users by name.
  public func users() throws(RoostError) -> [User] {
    try rows("SELECT * FROM users ORDER BY name").map(User.init(row:))
  }

  /// A user by id.
  public func user(_ id: UserID) throws(RoostError) -> User? {
    try row("SELECT * FROM users WHERE id = ?", .id(id)).map(User.init(row:))
  }

  /// A user by name.
  public func user(named name: String) throws(RoostError) -> User? {
    try row("SELECT * FROM users WHERE name = ?", .text(name)).map(User.init(row:))
  }

  /// The hash of a user's password; nil if it has none.
  public func passwordHash(of user: UserID) throws(RoostError) -> Secret<String>? {
    try row("SELECT password_hash FROM users WHERE id = ?", .id(user))?
      .optionalText("password_hash").map { Secret($0) }
  }

  /// Adds a user. A known name is a `conflict`.
  public func insert(_ user: User, passwordHash: Secret<String>?) throws(RoostError) {
    try run(
      """
      INSERT INTO users (id, name, email, description, is_enabled, default_project_id,
        password_hash, tokens_valid_from, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .id(user.id), .text(user.name), SQLValue(user.email), SQLValue(user.description),
      .bool(user.isEnabled), .id(user.defaultProject), SQLValue(passwordHash?.exposed),
      .time(user.tokensValidFrom), .time(user.createdAt))
  }

  /// Writes what may change of a user; the password stays unless a new hash is given.
  public func update(_ user: User, passwordHash: Secret<String>? = nil) throws(RoostError) {
    try run(
      """
      UPDATE users SET name = ?, email = ?, description = ?, is_enabled = ?,
        default_project_id = ?, tokens_valid_from = ?,
        password_hash = coalesce(?, password_hash), generation = generation + 1
      WHERE id = ?
      """, .text(user.name), SQLValue(user.email), SQLValue(user.description),
      .bool(user.isEnabled), .id(user.defaultProject), .time(user.tokensValidFrom),
      SQLValue(passwordHash?.exposed), .id(user.id))
  }

  /// Removes a user with its role assignments.
  public func deleteUser(_ id: UserID) throws(RoostError) {
    try run("DELETE FROM users WHERE id = ?", .id(id))
  }
}

extension User {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), name: try row.text("name"), email: try row.optionalText("email"),
      description: try row.optionalText("description"), isEnabled: try row.bool("is_enabled"),
      defaultProject: try row.optionalID("default_project_id"),
      tokensValidFrom: try row.time("tokens_valid_from"), createdAt: try row.time("created_at"))
  }
}
