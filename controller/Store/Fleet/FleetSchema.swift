// SPDX-License-Identifier: Apache-2.0

/// The tables of nodes, what they may promise, what is claimed of them and what they were told.
public enum FleetSchema {
  /// What makes the tables that nothing else is needed for.
  public static let sql = """
    CREATE TABLE nodes (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      host_name TEXT NOT NULL,
      address TEXT,
      agent_version TEXT NOT NULL,
      cpus INTEGER NOT NULL,
      memory_mb INTEGER NOT NULL,
      disk_gb INTEGER NOT NULL,
      reserved_memory_mb INTEGER NOT NULL,
      hypervisor_type TEXT NOT NULL,
      hypervisor_version INTEGER NOT NULL,
      virtualization TEXT NOT NULL,
      virtualization_reason TEXT NOT NULL,
      cpu_model TEXT NOT NULL,
      cpu_vendor TEXT NOT NULL,
      architecture TEXT NOT NULL,
      traits TEXT NOT NULL,
      physical_networks TEXT NOT NULL,
      availability_zone TEXT NOT NULL,
      is_enabled INTEGER NOT NULL,
      disabled_reason TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      registered_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE inventories (
      node_id TEXT NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
      resource TEXT NOT NULL,
      total INTEGER NOT NULL,
      reserved INTEGER NOT NULL,
      allocation_ratio REAL NOT NULL,
      min_unit INTEGER NOT NULL,
      max_unit INTEGER NOT NULL,
      step_size INTEGER NOT NULL,
      PRIMARY KEY (node_id, resource)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE generations (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      epoch INTEGER NOT NULL,
      number INTEGER NOT NULL
    ) STRICT;
    INSERT INTO generations (id, epoch, number) VALUES (1, 1, 0);
    CREATE TABLE orphans (
      node_id TEXT NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
      instance_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      number INTEGER NOT NULL,
      first_seen_at INTEGER NOT NULL,
      PRIMARY KEY (node_id, instance_id)
    ) STRICT, WITHOUT ROWID;
    """

  /// What remembers which orphans an operator wants removed.
  public static let orphanRemovalSQL = """
    ALTER TABLE orphans ADD COLUMN removal_epoch INTEGER;
    ALTER TABLE orphans ADD COLUMN removal_number INTEGER;
    """

  /// What remembers of each node's reports which one was recorded last, and lets a node's states be
  /// read without their specifications.
  public static let recordedReportsSQL = """
    ALTER TABLE desired ADD COLUMN reported BLOB;
    DROP INDEX desired_by_node;
    CREATE INDEX desired_by_node
      ON desired (node_id, epoch, number, target, is_settled, reported);
    """

  /// What ties instances to nodes. Needs the tables of instances.
  public static let claimsSQL = """
    CREATE TABLE allocations (
      instance_id TEXT NOT NULL REFERENCES instances (id),
      node_id TEXT NOT NULL REFERENCES nodes (id),
      resource TEXT NOT NULL,
      amount INTEGER NOT NULL,
      PRIMARY KEY (instance_id, node_id, resource)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX allocations_by_node ON allocations (node_id, resource, amount);
    CREATE TABLE desired (
      instance_id TEXT NOT NULL REFERENCES instances (id),
      node_id TEXT NOT NULL REFERENCES nodes (id),
      epoch INTEGER NOT NULL,
      number INTEGER NOT NULL,
      target TEXT NOT NULL,
      is_settled INTEGER NOT NULL,
      spec BLOB NOT NULL,
      PRIMARY KEY (instance_id, node_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX desired_by_node ON desired (node_id);
    """
}
