// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension NetworkAPI {
  var securityGroupRoutes: [Route] {
    [
      Route("GET", "/v2.0/security-groups") { (context) throws(RoostError) in
        try Self.securityGroups.list(
          try await cloud.securityGroups(for: try context.caller()), context)
      },
      Route("GET", "/v2.0/security-groups/{id}") { (context) throws(RoostError) in
        let id: SecurityGroupID = try context.id("id", of: "Security group")
        return try Self.securityGroups.show(
          try await cloud.securityGroup(id, for: try context.caller()), context)
      },
    ]
  }

  static let securityGroups = Resource<SecurityGroup>(
    name: "security_group", collection: "security_groups", path: "security-groups",
    attributes: [
      Attribute("id") { .string($0.id.description) },
      Attribute("name") { .string($0.name) },
      Attribute("tenant_id") { .string($0.project.hex) },
      Attribute("project_id") { .string($0.project.hex) },
      Attribute("description") { .string($0.description) },
      Attribute("shared") { _ in false },
      Attribute("stateful") { _ in true },
      Attribute("security_group_rules") { .array(rules(of: $0)) },
      Attribute("created_at") { .string($0.createdAt.iso8601) },
      Attribute("updated_at") { .string($0.createdAt.iso8601) },
    ])

  /// What holds on a flat network without filters, in Neutron's words: everything passes. The
  /// rules' ids are made from the group's, for no record of them is kept.
  private static func rules(of group: SecurityGroup) -> [JSONValue] {
    var rules: [JSONValue] = []
    for direction in ["egress", "ingress"] {
      for family in ["IPv4", "IPv6"] {
        var bytes = group.id.uuidBytes
        bytes[15] ^= UInt8(rules.count + 1)
        rules.append([
          "id": .string(SecurityGroupID(uuidBytes: bytes).map(\.description) ?? ""),
          "security_group_id": .string(group.id.description),
          "tenant_id": .string(group.project.hex), "project_id": .string(group.project.hex),
          "direction": .string(direction), "ethertype": .string(family), "protocol": nil,
          "port_range_min": nil, "port_range_max": nil, "remote_ip_prefix": nil,
          "remote_group_id": nil, "remote_address_group_id": nil,
          "description": "Nothing is filtered on this network",
          "created_at": .string(group.createdAt.iso8601),
          "updated_at": .string(group.createdAt.iso8601),
        ])
      }
    }
    return rules
  }
}
