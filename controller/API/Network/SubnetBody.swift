// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON

extension SubnetDraft {
  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "network_id", "ip_version", "cidr", "name", "description", "gateway_ip", "allocation_pools",
      "dns_nameservers", "host_routes", "enable_dhcp", "project_id", "tenant_id", "subnetpool_id",
      "ipv6_ra_mode", "ipv6_address_mode",
    ])
    try body.requireOnly("subnetpool_id", because: "there are no subnet pools here; give a cidr")
    for mode in ["ipv6_ra_mode", "ipv6_address_mode"] {
      try body.requireOnly(mode, because: "addresses come from the config drive only")
    }
    let cidr = try body.cidr("cidr")
    let version = try body.integer("ip_version", in: 4...6, lenient: true)
    guard version == cidr.family.rawValue else {
      throw RoostError(
        .badRequest,
        "Invalid input for operation: ip_version \(version) is not that of cidr \(cidr).",
        field: "subnet.ip_version")
    }
    self.init(network: try body.id("network_id"), cidr: cidr)
    name = try body.note("name") ?? ""
    description = try body.note("description") ?? ""
    gateway = try SubnetBody.gateway(body) ?? .first
    allocationPools = try SubnetBody.pools(body)
    dnsServers = try SubnetBody.dnsServers(body) ?? []
    hostRoutes = try SubnetBody.hostRoutes(body) ?? []
    isDHCPEnabled = try body.optionalBool("enable_dhcp", lenient: true) ?? true
    project = try body.neutronProject()
  }
}

extension SubnetChanges {
  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "name", "description", "gateway_ip", "allocation_pools", "dns_nameservers", "host_routes",
      "enable_dhcp",
    ])
    self.init()
    name = try body.note("name")
    description = try body.note("description")
    gateway = try SubnetBody.gateway(body)
    allocationPools = try SubnetBody.pools(body)
    dnsServers = try SubnetBody.dnsServers(body)
    hostRoutes = try SubnetBody.hostRoutes(body)
    isDHCPEnabled = try body.optionalBool("enable_dhcp", lenient: true)
  }
}

/// Reads what drafts and changes of subnets share. Limits are Neutron's defaults.
private enum SubnetBody {
  private static let poolLimit = 256
  private static let dnsServerLimit = 5
  private static let hostRouteLimit = 20

  /// Null asks for no gateway; an absent field for nothing.
  static func gateway(_ body: JSONReader) throws(RoostError) -> SubnetDraft.Gateway? {
    if body.isNull("gateway_ip") { return SubnetDraft.Gateway.none }
    return body.has("gateway_ip") ? .address(try body.address("gateway_ip")) : nil
  }

  static func pools(_ body: JSONReader) throws(RoostError) -> [AddressRange]? {
    guard let elements = try body.optionalArray("allocation_pools", maxCount: poolLimit) else {
      return nil
    }
    var pools: [AddressRange] = []
    for element in elements {
      try element.refuseUnknown(allowed: ["start", "end"])
      let (start, end) = (try element.address("start"), try element.address("end"))
      guard start.family == end.family, start <= end else {
        throw element.refused("the start \(start) must not be above the end \(end)")
      }
      pools.append(AddressRange(start, end))
    }
    return pools
  }

  static func dnsServers(_ body: JSONReader) throws(RoostError) -> [String]? {
    guard let elements = try body.optionalArray("dns_nameservers", maxCount: dnsServerLimit) else {
      return nil
    }
    var servers: [String] = []
    for element in elements {
      let server = try element.asAddress().description
      guard !servers.contains(server) else { throw element.refused("\(server) is there twice") }
      servers.append(server)
    }
    return servers
  }

  static func hostRoutes(_ body: JSONReader) throws(RoostError) -> [HostRoute]? {
    guard let elements = try body.optionalArray("host_routes", maxCount: hostRouteLimit) else {
      return nil
    }
    var routes: [HostRoute] = []
    for element in elements {
      try element.refuseUnknown(allowed: ["destination", "nexthop"])
      let route = HostRoute(
        destination: try element.cidr("destination"), nextHop: try element.address("nexthop"))
      guard route.destination.family == route.nextHop.family else {
        throw element.refused("destination and nexthop must be of one IP version")
      }
      guard !routes.contains(route) else { throw element.refused("the route is there twice") }
      routes.append(route)
    }
    return routes
  }
}
