// SPDX-License-Identifier: Apache-2.0

/// The tables of servers, flavors and key pairs.
public enum ComputeSchema {
  /// What makes them in an empty store. Needs the tables of nodes.
  public static let sql = """
    CREATE TABLE flavors (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      description TEXT,
      vcpus INTEGER NOT NULL,
      memory_mb INTEGER NOT NULL,
      root_gb INTEGER NOT NULL,
      ephemeral_gb INTEGER NOT NULL,
      swap_mb INTEGER NOT NULL,
      rxtx_factor REAL NOT NULL,
      is_public INTEGER NOT NULL,
      extra_specs TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER
    ) STRICT;
    CREATE TABLE flavor_access (
      flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
      project_id TEXT NOT NULL,
      PRIMARY KEY (flavor_id, project_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE key_pairs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user_id TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      public_key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (user_id, name)
    ) STRICT;
    CREATE TABLE instances (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      project_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT,
      host_name TEXT NOT NULL,
      flavor TEXT NOT NULL,
      image_id TEXT NOT NULL,
      image_properties TEXT NOT NULL,
      key_name TEXT,
      metadata TEXT NOT NULL,
      user_data TEXT,
      has_config_drive INTEGER NOT NULL,
      requested_zone TEXT,
      node_id TEXT REFERENCES nodes (id),
      vm_state TEXT NOT NULL,
      task_state TEXT,
      power_state INTEGER NOT NULL,
      progress INTEGER NOT NULL,
      fault_code INTEGER,
      fault_message TEXT,
      fault_details TEXT,
      fault_at INTEGER,
      placement TEXT,
      reservation_id TEXT NOT NULL,
      launch_index INTEGER NOT NULL,
      domain_name TEXT NOT NULL,
      machine_type TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      launched_at INTEGER,
      terminated_at INTEGER,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX instances_by_project ON instances (project_id, created_at);
    CREATE INDEX instances_by_node ON instances (node_id) WHERE node_id IS NOT NULL;
    CREATE TABLE instance_actions (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
      request_id TEXT NOT NULL,
      action TEXT NOT NULL,
      user_id TEXT NOT NULL,
      project_id TEXT NOT NULL,
      message TEXT,
      started_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (instance_id, request_id)
    ) STRICT;
    CREATE TABLE instance_action_events (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      action_number INTEGER NOT NULL REFERENCES instance_actions (number) ON DELETE CASCADE,
      name TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      finished_at INTEGER,
      result TEXT,
      details TEXT,
      host TEXT
    ) STRICT;
    CREATE INDEX instance_action_events_by_action
      ON instance_action_events (action_number);
    """
}
