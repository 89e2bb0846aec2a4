// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Networks in order of creation; with a project its own and the shared ones.
  public func networks(visibleTo project: ProjectID?) throws(RoostError) -> [Network] {
    guard let project else {
      return try decoded(rows("SELECT * FROM networks ORDER BY number"), Network.init(row:))
    }
    return try decoded(
      rows(
        "SELECT * FROM networks WHERE project_id = ? OR is_shared = 1 ORDER BY number",
        .id(project)), Network.init(row:))
  }

  /// A network by id.
  public func network(_ id: NetworkID) throws(RoostError) -> Network? {
    guard let row = try row("SELECT * FROM networks WHERE id = ?", .id(id)) else { return nil }
    return try Network(row: row)
  }

  /// Adds a network. A taken physical network is a `conflict`.
  public func insert(_ network: Network) throws(RoostError) {
    try run(
      """
      INSERT INTO networks (id, project_id, name, description, is_admin_up, is_shared,
        physical_network, mtu, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .id(network.id), .id(network.project), .text(network.name),
      .text(network.description), .bool(network.isAdminUp), .bool(network.isShared),
      .text(network.physicalNetwork), .integer(network.mtu), .time(network.createdAt),
      .time(network.updatedAt))
  }

  /// Writes what may change of a network.
  public func update(_ network: Network) throws(RoostError) {
    try run(
      """
      UPDATE networks SET name = ?, description = ?, is_admin_up = ?, is_shared = ?,
        updated_at = ?, generation = generation + 1 WHERE id = ?
      """, .text(network.name), .text(network.description), .bool(network.isAdminUp),
      .bool(network.isShared), .time(network.updatedAt), .id(network.id))
  }

  /// Removes a network that has neither subnets nor ports.
  public func deleteNetwork(_ id: NetworkID) throws(RoostError) {
    try run("DELETE FROM networks WHERE id = ?", .id(id))
  }

  /// Subnets in order of creation; of one network when given.
  public func subnets(of network: NetworkID? = nil) throws(RoostError) -> [Subnet] {
    guard let network else {
      return try decoded(rows("SELECT * FROM subnets ORDER BY number"), Subnet.init(row:))
    }
    return try decoded(
      rows("SELECT * FROM subnets WHERE network_id = ? ORDER BY number", .id(network)),
      Subnet.init(row:))
  }

  /// A subnet by id.
  public func subnet(_ id: SubnetID) throws(RoostError) -> Subnet? {
    guard let row = try row("SELECT * FROM subnets WHERE id = ?", .id(id)) else { return nil }
    return try Subnet(row: row)
  }

  /// Adds a subnet.
  public func insert(_ subnet: Subnet) throws(RoostError) {
    try run(
      """
      INSERT INTO subnets (id, network_id, project_id, name, description, cidr, gateway,
        allocation_pools, dns_servers, host_routes, is_dhcp_enabled, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, .id(subnet.id), .id(subnet.network), .id(subnet.project), .text(subnet.name),
      .text(subnet.description), .text(subnet.cidr.description),
      SQLValue(subnet.gateway?.description), packed(subnet.allocationPools.map(\.description)),
      packed(subnet.dnsServers),
      packed(subnet.hostRoutes.map { "\($0.destination) \($0.nextHop)" }),
      .bool(subnet.isDHCPEnabled), .time(subnet.createdAt), .time(subnet.updatedAt))
  }

  /// Writes what may change of a subnet.
  public func update(_ subnet: Subnet) throws(RoostError) {
    try run(
      """
      UPDATE subnets SET name = ?, description = ?, gateway = ?, allocation_pools = ?,
        dns_servers = ?, host_routes = ?, is_dhcp_enabled = ?, updated_at = ?,
        generation = generation + 1 WHERE id = ?
      """, .text(subnet.name), .text(subnet.description), SQLValue(subnet.gateway?.description),
      packed(subnet.allocationPools.map(\.description)), packed(subnet.dnsServers),
      packed(subnet.hostRoutes.map { "\($0.destination) \($0.nextHop)" }),
      .bool(subnet.isDHCPEnabled), .time(subnet.updatedAt), .id(subnet.id))
  }

  /// Removes a subnet that no port has an address of.
  public func deleteSubnet(_ id: SubnetID) throws(RoostError) {
    try run("DELETE FROM subnets WHERE id = ?", .id(id))
  }

  /// Addresses of a subnet that ports hold.
  public func takenAddresses(of subnet: SubnetID) throws(RoostError) -> [IPAddress] {
    try decoded(
      rows("SELECT address FROM port_addresses WHERE subnet_id = ?", .id(subnet))
    ) { (row) throws(RoostError) in try row.address("address") }
  }
}

extension Network {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), project: try row.id("project_id"), name: try row.text("name"),
      description: try row.text("description"), isAdminUp: try row.bool("is_admin_up"),
      isShared: try row.bool("is_shared"), physicalNetwork: try row.text("physical_network"),
      mtu: try row.integer("mtu"), createdAt: try row.time("created_at"),
      updatedAt: try row.time("updated_at"))
  }
}

extension Subnet {
  init(row: Row) throws(RoostError) {
    guard let cidr = CIDR(try row.text("cidr")) else {
      throw row.unreadable("cidr", try row.text("cidr"))
    }
    var gateway: IPAddress?
    if try row.optionalText("gateway") != nil { gateway = try row.address("gateway") }
    self.init(
      id: try row.id("id"), network: try row.id("network_id"),
      project: try row.id("project_id"), name: try row.text("name"),
      description: try row.text("description"), cidr: cidr, gateway: gateway,
      allocationPools: try row.texts("allocation_pools").compactMap(range(from:)),
      dnsServers: try row.texts("dns_servers"),
      hostRoutes: try row.texts("host_routes").compactMap(route(from:)),
      isDHCPEnabled: try row.bool("is_dhcp_enabled"), createdAt: try row.time("created_at"),
      updatedAt: try row.time("updated_at"))
  }
}

private func range(from text: String) -> AddressRange? {
  let ends = text.split(separator: "-").compactMap { IPAddress(String($0)) }
  return ends.count == 2 ? AddressRange(ends[0], ends[1]) : nil
}

private func route(from text: String) -> HostRoute? {
  let parts = text.split(separator: " ").map(String.init)
  guard parts.count == 2, let destination = CIDR(parts[0]), let hop = IPAddress(parts[1]) else {
    return nil
  }
  return HostRoute(destination: destination, nextHop: hop)
}

extension Row {
  func address(_ column: String) throws(RoostError) -> IPAddress {
    let text = try text(column)
    guard let address = IPAddress(text) else { throw unreadable(column, text) }
    return address
  }
}
