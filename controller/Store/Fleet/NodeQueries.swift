// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Every node, in order of creation.
  public func nodes() throws(RoostError) -> [Node] {
    try decoded(rows("SELECT * FROM nodes ORDER BY number"), Node.init(row:))
  }

  /// A node by id.
  public func node(_ id: NodeID) throws(RoostError) -> Node? {
    guard let row = try row("SELECT * FROM nodes WHERE id = ?", .id(id)) else { return nil }
    return try Node(row: row)
  }

  /// Records what a node said at its registration: adds it, or renews all but what operators set.
  public func register(
    _ node: NodeID, hostName: String, address: String?, agentVersion: String,
    inventory: NodeInventory, zone: String, at time: Timestamp
  ) throws(RoostError) {
    try run(
      """
      INSERT INTO nodes (id, host_name, address, agent_version, cpus, memory_mb, disk_gb,
        reserved_memory_mb, hypervisor_type, hypervisor_version, virtualization,
        virtualization_reason, cpu_model, cpu_vendor, architecture, traits, physical_networks,
        availability_zone, is_enabled, created_at, updated_at, registered_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET host_name = excluded.host_name,
        address = excluded.address, agent_version = excluded.agent_version, cpus = excluded.cpus,
        memory_mb = excluded.memory_mb, disk_gb = excluded.disk_gb,
        reserved_memory_mb = excluded.reserved_memory_mb,
        hypervisor_type = excluded.hypervisor_type,
        hypervisor_version = excluded.hypervisor_version,
        virtualization = excluded.virtualization,
        virtualization_reason = excluded.virtualization_reason,
        cpu_model = excluded.cpu_model, cpu_vendor = excluded.cpu_vendor,
        architecture = excluded.architecture, traits = excluded.traits,
        physical_networks = excluded.physical_networks, updated_at = excluded.updated_at,
        registered_at = excluded.registered_at
      """, .id(node), .text(hostName), SQLValue(address), .text(agentVersion),
      .integer(inventory.cpus),
      .integer(inventory.memoryMB), .integer(inventory.diskGB),
      .integer(inventory.reservedMemoryMB), .text(inventory.hypervisorType),
      .integer(inventory.hypervisorVersion), .text(inventory.virtualization),
      .text(inventory.virtualizationReason), .text(inventory.cpuModel),
      .text(inventory.cpuVendor), .text(inventory.architecture), packed(inventory.traits),
      packed(inventory.physicalNetworks), .text(zone), .time(time), .time(time), .time(time))
  }

  /// Lets new servers onto a node, or not. Returns whether there is such a node.
  public func setNode(_ id: NodeID, enabled: Bool, reason: String?, at time: Timestamp)
    throws(RoostError) -> Bool
  {
    try run(
      "UPDATE nodes SET is_enabled = ?, disabled_reason = ?, updated_at = ? WHERE id = ?",
      .bool(enabled), SQLValue(enabled ? nil : reason), .time(time), .id(id)) > 0
  }
}

extension Node {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), number: try row.integer("number"),
      hostName: try row.text("host_name"), address: try row.optionalText("address"),
      agentVersion: try row.text("agent_version"),
      inventory: NodeInventory(
        cpus: try row.integer("cpus"), memoryMB: try row.integer("memory_mb"),
        diskGB: try row.integer("disk_gb"),
        reservedMemoryMB: try row.integer("reserved_memory_mb"),
        hypervisorType: try row.text("hypervisor_type"),
        hypervisorVersion: try row.integer("hypervisor_version"),
        virtualization: try row.text("virtualization"),
        virtualizationReason: try row.text("virtualization_reason"),
        cpuModel: try row.text("cpu_model"), cpuVendor: try row.text("cpu_vendor"),
        architecture: try row.text("architecture"), traits: try row.texts("traits"),
        physicalNetworks: try row.texts("physical_networks")),
      availabilityZone: try row.text("availability_zone"),
      isEnabled: try row.bool("is_enabled"),
      disabledReason: try row.optionalText("disabled_reason"),
      createdAt: try row.time("created_at"), updatedAt: try row.time("updated_at"),
      registeredAt: try row.time("registered_at"))
  }
}
