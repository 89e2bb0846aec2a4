// SPDX-License-Identifier: Apache-2.0

/// The tables of who may connect as a node: enrolments, certificates that were issued, revocations. They
/// name nodes that may never have registered.
enum AccessSchema {
  /// What makes the tables.
  static let sql = """
    CREATE TABLE enrolments (
      id TEXT NOT NULL PRIMARY KEY,
      secret_hash BLOB NOT NULL UNIQUE,
      node_id TEXT,
      host_name TEXT,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      creator_id TEXT NOT NULL,
      creator_name TEXT NOT NULL,
      used_at INTEGER,
      used_from TEXT,
      serial TEXT,
      key_id TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE certificates (
      serial TEXT NOT NULL PRIMARY KEY,
      node_id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      begins_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      issued_at INTEGER NOT NULL,
      enrolment_id TEXT,
      renewed_serial TEXT,
      chain TEXT NOT NULL,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX certificates_by_node ON certificates (node_id, issued_at);
    CREATE INDEX certificates_by_expiry ON certificates (expires_at);
    CREATE TABLE node_revocations (
      node_id TEXT NOT NULL PRIMARY KEY,
      revoked_at INTEGER NOT NULL,
      author_id TEXT NOT NULL,
      author_name TEXT NOT NULL,
      reason TEXT
    ) STRICT, WITHOUT ROWID;
    """
}
