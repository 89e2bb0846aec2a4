// SPDX-License-Identifier: Apache-2.0

/// The tables of networks, subnets, ports and security groups.
public enum NetworkSchema {
  /// What makes them in an empty store. Needs the tables of nodes and instances.
  ///
  /// A physical network carries one flat network only, as in Neutron: hence the UNIQUE.
  public static let sql = """
    CREATE TABLE networks (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      project_id TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      is_admin_up INTEGER NOT NULL,
      is_shared INTEGER NOT NULL,
      physical_network TEXT NOT NULL UNIQUE,
      mtu INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE TABLE subnets (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      network_id TEXT NOT NULL REFERENCES networks (id),
      project_id TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      cidr TEXT NOT NULL,
      gateway TEXT,
      allocation_pools TEXT NOT NULL,
      dns_servers TEXT NOT NULL,
      host_routes TEXT NOT NULL,
      is_dhcp_enabled INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX subnets_by_network ON subnets (network_id);
    CREATE TABLE ports (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      network_id TEXT NOT NULL REFERENCES networks (id),
      project_id TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      mac_address TEXT NOT NULL,
      is_admin_up INTEGER NOT NULL,
      status TEXT NOT NULL,
      device_id TEXT NOT NULL,
      device_owner TEXT NOT NULL,
      instance_id TEXT REFERENCES instances (id),
      node_id TEXT REFERENCES nodes (id),
      position INTEGER NOT NULL,
      is_owned_by_instance INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      generation INTEGER NOT NULL DEFAULT 1,
      UNIQUE (network_id, mac_address)
    ) STRICT;
    CREATE INDEX ports_by_instance ON ports (instance_id) WHERE instance_id IS NOT NULL;
    CREATE TABLE port_addresses (
      subnet_id TEXT NOT NULL REFERENCES subnets (id),
      address TEXT NOT NULL,
      port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      PRIMARY KEY (subnet_id, address)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX port_addresses_by_port ON port_addresses (port_id);
    CREATE TABLE security_groups (
      id TEXT NOT NULL PRIMARY KEY,
      project_id TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (project_id, name)
    ) STRICT;
    """
}
