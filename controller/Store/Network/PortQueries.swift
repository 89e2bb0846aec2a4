// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Every port, or a project's, in order of creation.
  public func ports(of project: ProjectID? = nil) throws(RoostError) -> [Port] {
    guard let project else {
      return try ports(from: rows("SELECT * FROM ports ORDER BY number"), addresses: allAddresses())
    }
    return try ports(
      from: rows("SELECT * FROM ports WHERE project_id = ? ORDER BY number", .id(project)),
      addresses: allAddresses())
  }

  /// The ports on a network.
  public func ports(on network: NetworkID) throws(RoostError) -> [Port] {
    try withAddresses(
      rows("SELECT * FROM ports WHERE network_id = ? ORDER BY number", .id(network)))
  }

  /// A server's ports, in the order its guest sees them.
  public func ports(of instance: InstanceID) throws(RoostError) -> [Port] {
    try withAddresses(
      rows("SELECT * FROM ports WHERE instance_id = ? ORDER BY position, number", .id(instance)))
  }

  /// The ports of all servers, or of a project's, in the order guests see them.
  public func instancePorts(of project: ProjectID? = nil) throws(RoostError) -> [Port] {
    guard let project else {
      return try ports(
        from: rows(
          """
          SELECT * FROM ports WHERE instance_id IS NOT NULL ORDER BY instance_id, position, number
          """), addresses: allAddresses())
    }
    return try withAddresses(
      rows(
        """
        SELECT ports.* FROM instances JOIN ports ON ports.instance_id = instances.id
        WHERE instances.project_id = ?
        ORDER BY ports.instance_id, ports.position, ports.number
        """, .id(project)))
  }

  /// A port by id.
  public func port(_ id: PortID) throws(RoostError) -> Port? {
    try withAddresses(rows("SELECT * FROM ports WHERE id = ?", .id(id))).first
  }

  /// Adds a port with its addresses. A taken MAC or IP address is a `conflict`.
  public func insert(_ port: Port) throws(RoostError) {
    try run(
      """
      INSERT INTO ports (id, network_id, project_id, name, description, mac_address, is_admin_up,
        status, device_id, device_owner, instance_id, node_id, position, is_owned_by_instance,
        created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .id(port.id), .id(port.network), .id(port.project), .text(port.name),
      .text(port.description), .text(port.macAddress.description), .bool(port.isAdminUp),
      .text(port.status.rawValue), .text(port.deviceID), .text(port.deviceOwner),
      .id(port.instance), .id(port.node), .integer(port.position),
      .bool(port.isOwnedByInstance), .time(port.createdAt), .time(port.updatedAt))
    try insertAddresses(port)
  }

  /// Writes what may change of a port. Addresses only when `withAddresses`.
  public func update(_ port: Port, withAddresses: Bool = false) throws(RoostError) {
    try run(
      """
      UPDATE ports SET name = ?, description = ?, mac_address = ?, is_admin_up = ?, status = ?,
        device_id = ?, device_owner = ?, instance_id = ?, node_id = ?, position = ?,
        is_owned_by_instance = ?, updated_at = ?, generation = generation + 1 WHERE id = ?
      """, .text(port.name), .text(port.description), .text(port.macAddress.description),
      .bool(port.isAdminUp), .text(port.status.rawValue), .text(port.deviceID),
      .text(port.deviceOwner), .id(port.instance), .id(port.node), .integer(port.position),
      .bool(port.isOwnedByInstance), .time(port.updatedAt), .id(port.id))
    guard withAddresses else { return }
    try run("DELETE FROM port_addresses WHERE port_id = ?", .id(port.id))
    try insertAddresses(port)
  }

  /// Removes a port; its addresses are free again.
  public func deletePort(_ id: PortID) throws(RoostError) {
    try run("DELETE FROM ports WHERE id = ?", .id(id))
  }

  private func insertAddresses(_ port: Port) throws(RoostError) {
    for (position, fixed) in port.addresses.enumerated() {
      try run(
        """
        INSERT INTO port_addresses (subnet_id, address, port_id, position) VALUES (?, ?, ?, ?)
        """, .id(fixed.subnet), .text(fixed.address.description), .id(port.id),
        .integer(Int64(position)))
    }
  }

  private func allAddresses() throws(RoostError) -> [PortID: [FixedAddress]] {
    var addresses: [PortID: [FixedAddress]] = [:]
    for row in try rows("SELECT * FROM port_addresses ORDER BY port_id, position") {
      addresses[try row.id("port_id"), default: []].append(
        FixedAddress(subnet: try row.id("subnet_id"), address: try row.address("address")))
    }
    return addresses
  }

  private func withAddresses(_ rows: [Row]) throws(RoostError) -> [Port] {
    var addresses: [PortID: [FixedAddress]] = [:]
    for row in rows {
      let id: PortID = try row.id("id")
      addresses[id] = try decoded(
        self.rows("SELECT * FROM port_addresses WHERE port_id = ? ORDER BY position", .id(id))
      ) { (row) throws(RoostError) in
        FixedAddress(subnet: try row.id("subnet_id"), address: try row.address("address"))
      }
    }
    return try ports(from: rows, addresses: addresses)
  }

  private func ports(from rows: [Row], addresses: [PortID: [FixedAddress]]) throws(RoostError)
    -> [Port]
  {
    var ports: [Port] = []
    for row in rows {
      ports.append(try Port(row: row, addresses: addresses[try row.id("id")] ?? []))
    }
    return ports
  }
}

extension Port {
  init(row: Row, addresses: [FixedAddress]) throws(RoostError) {
    guard let mac = MACAddress(try row.text("mac_address")) else {
      throw row.unreadable("mac_address", try row.text("mac_address"))
    }
    self.init(
      id: try row.id("id"), network: try row.id("network_id"),
      project: try row.id("project_id"), name: try row.text("name"),
      description: try row.text("description"), macAddress: mac,
      isAdminUp: try row.bool("is_admin_up"), status: try row.word("status"),
      deviceID: try row.text("device_id"), deviceOwner: try row.text("device_owner"),
      instance: try row.optionalID("instance_id"), node: try row.optionalID("node_id"),
      position: try row.integer("position"),
      isOwnedByInstance: try row.bool("is_owned_by_instance"), addresses: addresses,
      createdAt: try row.time("created_at"), updatedAt: try row.time("updated_at"))
  }
}
