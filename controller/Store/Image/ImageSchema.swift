// SPDX-License-Identifier: Apache-2.0

/// The table of images. Their bytes are files beside the store.
public enum ImageSchema {
  /// What makes it in an empty store.
  ///
  /// A deleted image keeps its row until its file is gone: a server that is being built from it may
  /// still need the bytes.
  public static let sql = """
    CREATE TABLE images (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      owner_id TEXT NOT NULL,
      name TEXT,
      status TEXT NOT NULL,
      visibility TEXT NOT NULL,
      is_protected INTEGER NOT NULL,
      is_hidden INTEGER NOT NULL,
      disk_format TEXT,
      container_format TEXT,
      min_disk_gb INTEGER NOT NULL,
      min_memory_mb INTEGER NOT NULL,
      size INTEGER,
      virtual_size INTEGER,
      md5 TEXT,
      sha256 TEXT,
      sha512 TEXT,
      tags TEXT NOT NULL,
      properties TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      deleted_at INTEGER,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX images_by_name ON images (name);
    """
}
