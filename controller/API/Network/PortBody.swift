// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON

extension PortDraft {
  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "network_id", "name", "description", "admin_state_up", "mac_address", "fixed_ips",
      "device_id", "device_owner", "security_groups", "binding:vnic_type", "project_id",
      "tenant_id",
    ])
    try body.requireOnly(
      "binding:vnic_type", "normal", because: "only \"normal\" ports can be plugged here")
    self.init(network: try body.id("network_id"))
    name = try body.note("name") ?? ""
    description = try body.note("description") ?? ""
    isAdminUp = try body.optionalBool("admin_state_up", lenient: true) ?? true
    macAddress = try PortBody.macAddress(body)
    addresses = try PortBody.addresses(body)
    deviceID = try body.note("device_id") ?? ""
    deviceOwner = try body.note("device_owner") ?? ""
    project = try body.neutronProject()
  }
}

extension PortChanges {
  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "name", "description", "admin_state_up", "fixed_ips", "device_id", "device_owner",
      "security_groups", "binding:vnic_type",
    ])
    try body.requireOnly(
      "binding:vnic_type", "normal", because: "only \"normal\" ports can be plugged here")
    self.init()
    name = try body.note("name")
    description = try body.note("description")
    isAdminUp = try body.optionalBool("admin_state_up", lenient: true)
    addresses = try PortBody.addresses(body)
    deviceID = try body.note("device_id")
    deviceOwner = try body.note("device_owner")
  }
}

/// Reads what drafts and changes of ports share.
private enum PortBody {
  /// Neutron's `max_fixed_ips_per_port`.
  private static let addressLimit = 5

  static func macAddress(_ body: JSONReader) throws(RoostError) -> MACAddress? {
    guard let member = try body.optionalMember("mac_address") else { return nil }
    guard let address = MACAddress(try member.asString()) else {
      throw member.expected("a unicast MAC address like fa:16:3e:00:00:01")
    }
    return address
  }

  static func addresses(_ body: JSONReader) throws(RoostError) -> [AddressRequest]? {
    guard let elements = try body.optionalArray("fixed_ips", maxCount: addressLimit) else {
      return nil
    }
    var wanted: [AddressRequest] = []
    for element in elements {
      try element.refuseUnknown(allowed: ["subnet_id", "ip_address"])
      let address = try element.optionalMember("ip_address").map {
        (member) throws(RoostError) in try member.asAddress()
      }
      let request = AddressRequest(subnet: try element.optionalID("subnet_id"), address: address)
      guard request.subnet != nil || request.address != nil else {
        throw element.refused("needs a subnet_id or an ip_address")
      }
      wanted.append(request)
    }
    return wanted
  }
}
