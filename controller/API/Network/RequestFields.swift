// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import JSON

// How fields that several of Neutron's resources share are read.
extension JSONReader {
  /// A field of text, which may be empty; nil if absent or null.
  func note(_ key: String) throws(RoostError) -> String? {
    try optionalString(key, allowEmpty: true)
  }

  /// The project a new thing is for, under its new and its old name; nil if neither is there.
  func neutronProject() throws(RoostError) -> ProjectID? {
    if let project: ProjectID = try optionalID("project_id") { return project }
    return try optionalID("tenant_id")
  }

  /// An IP address under a key.
  func address(_ key: String) throws(RoostError) -> IPAddress {
    try member(key).asAddress()
  }

  /// The value as an IP address.
  func asAddress() throws(RoostError) -> IPAddress {
    guard let address = IPAddress(try asString()) else { throw expected("an IP address") }
    return address
  }

  /// The address block under a key.
  func cidr(_ key: String) throws(RoostError) -> CIDR {
    let member = try member(key)
    guard let cidr = CIDR(try member.asString()) else {
      throw member.expected("an address block like 10.0.0.0/24")
    }
    return cidr
  }

  /// Refuses a field that is there with anything but one of these values, for what Neutron knows
  /// and this cloud does not serve.
  func requireOnly(_ key: String, _ allowed: JSONValue..., because why: String)
    throws(RoostError)
  {
    guard let member = try optionalMember(key), !allowed.contains(member.value) else { return }
    throw member.refused(why)
  }
}
