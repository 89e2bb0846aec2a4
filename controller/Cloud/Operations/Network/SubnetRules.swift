// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel

// What makes a subnet's addresses consistent. Pure; each rule's error names the values.

/// The pools of a subnet that asks for none: all addresses a host may have, without the gateway.
func defaultPools(of cidr: CIDR, gateway: IPAddress?) -> [AddressRange] {
  guard let gateway else { return [cidr.hosts] }
  return cidr.hosts.excluding(gateway)
}

func checkPools(_ pools: [AddressRange], in cidr: CIDR, gateway: IPAddress?) throws(RoostError) {
  for (place, pool) in pools.enumerated() {
    guard cidr.contains(pool) else {
      throw RoostError(
        .badRequest,
        "The allocation pool \(pool) spans beyond the subnet cidr \(cidr).",
        field: "subnet.allocation_pools[\(place)]")
    }
    if let gateway, pool.contains(gateway) {
      throw RoostError(
        .conflict,
        "Gateway ip \(gateway) conflicts with allocation pool \(pool).",
        field: "subnet.gateway_ip")
    }
    if let other = pools[..<place].first(where: { $0.overlaps(pool) }) {
      throw RoostError(
        .conflict, "Found overlapping allocation pools: \(other) \(pool) for subnet \(cidr).",
        field: "subnet.allocation_pools[\(place)]")
    }
  }
}

func checkGateway(_ gateway: IPAddress?, in cidr: CIDR) throws(RoostError) {
  guard let gateway else { return }
  guard gateway.family == cidr.family else {
    throw RoostError(
      .badRequest, "gateway_ip: \(gateway) and \(cidr) are of different IP versions.",
      field: "subnet.gateway_ip")
  }
  let isEdge = gateway == cidr.network || (cidr.family == .v4 && gateway == cidr.last)
  guard cidr.contains(gateway), !isEdge || cidr.family.bits - cidr.prefixLength <= 1 else {
    throw RoostError(
      .badRequest, "gateway_ip: \(gateway) is no host's address in \(cidr).",
      field: "subnet.gateway_ip")
  }
}

func checkOverlap(_ cidr: CIDR, with others: [Subnet]) throws(RoostError) {
  guard let other = others.first(where: { $0.cidr.overlaps(cidr) }) else { return }
  throw RoostError(
    .badRequest,
    "Invalid input for operation: Requested subnet with cidr: \(cidr) for network: "
      + "\(other.network) overlaps with subnet \(other.id) (\(other.cidr)).",
    field: "subnet.cidr")
}
