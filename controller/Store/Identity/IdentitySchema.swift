// SPDX-License-Identifier: Apache-2.0

/// The tables of projects, users, roles and revoked tokens. Tokens themselves are sealed values and
/// have none.
public enum IdentitySchema {
  /// What makes them in an empty store.
  public static let sql = """
    CREATE TABLE projects (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      description TEXT NOT NULL,
      is_enabled INTEGER NOT NULL,
      tokens_valid_from INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE TABLE users (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      email TEXT,
      description TEXT,
      is_enabled INTEGER NOT NULL,
      default_project_id TEXT REFERENCES projects (id) ON DELETE SET NULL,
      password_hash TEXT,
      tokens_valid_from INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE TABLE roles (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      description TEXT,
      created_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE TABLE role_assignments (
      user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
      role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
      PRIMARY KEY (user_id, project_id, role_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX role_assignments_by_project ON role_assignments (project_id);
    CREATE TABLE revoked_tokens (
      audit_id TEXT NOT NULL PRIMARY KEY,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
    """
}
