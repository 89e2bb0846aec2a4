// SPDX-License-Identifier: Apache-2.0

import Database

/// The journal's tables, as numbered forward migrations.
enum JournalSchema {
  static let migrations = [
    Migration(
      version: 1, name: "instances",
      sql: """
        CREATE TABLE instances (
          id TEXT PRIMARY KEY,
          epoch INTEGER NOT NULL,
          number INTEGER NOT NULL,
          target INTEGER NOT NULL,
          spec BLOB NOT NULL,
          booted INTEGER NOT NULL DEFAULT 0,
          started_in TEXT,
          power INTEGER NOT NULL DEFAULT 0,
          failure TEXT
        ) STRICT;
        """)
  ]
}
