// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension NetworkAPI {
  var subnetRoutes: [Route] {
    [
      Route("GET", "/v2.0/subnets") { (context) throws(RoostError) in
        try Self.subnets.list(try await cloud.subnets(for: try context.caller()), context)
      },
      Route("POST", "/v2.0/subnets") { (context) throws(RoostError) in
        let draft = try SubnetDraft(try context.json("subnet"))
        return try Self.subnets.show(
          try await cloud.createSubnet(draft, for: try context.caller()), context, status: 201)
      },
      Route("GET", "/v2.0/subnets/{id}") { (context) throws(RoostError) in
        let id: SubnetID = try context.id("id", of: "Subnet")
        return try Self.subnets.show(try await cloud.subnet(id, for: try context.caller()), context)
      },
      Route("PUT", "/v2.0/subnets/{id}") { (context) throws(RoostError) in
        let id: SubnetID = try context.id("id", of: "Subnet")
        let changes = try SubnetChanges(try context.json("subnet"))
        return try Self.subnets.show(
          try await cloud.updateSubnet(id, changes, for: try context.caller()), context)
      },
      Route("DELETE", "/v2.0/subnets/{id}") { (context) throws(RoostError) in
        let id: SubnetID = try context.id("id", of: "Subnet")
        try await cloud.deleteSubnet(id, for: try context.caller())
        return .empty()
      },
    ]
  }

  static let subnets = Resource<Subnet>(
    name: "subnet", collection: "subnets", path: "subnets",
    attributes: [
      Attribute("id") { .string($0.id.description) },
      Attribute("name") { .string($0.name) },
      Attribute("tenant_id") { .string($0.project.hex) },
      Attribute("project_id") { .string($0.project.hex) },
      Attribute("network_id") { .string($0.network.description) },
      Attribute("ip_version") { .integer($0.cidr.family.rawValue) },
      Attribute("subnetpool_id") { _ in nil },
      Attribute("enable_dhcp") { .bool($0.isDHCPEnabled) },
      Attribute("ipv6_ra_mode") { _ in nil },
      Attribute("ipv6_address_mode") { _ in nil },
      Attribute("gateway_ip") { $0.gateway.map { .string($0.description) } ?? .null },
      Attribute("cidr") { .string($0.cidr.description) },
      Attribute("allocation_pools") {
        .array(
          $0.allocationPools.map {
            ["start": .string($0.first.description), "end": .string($0.last.description)]
          })
      },
      Attribute("host_routes") {
        .array(
          $0.hostRoutes.map {
            [
              "destination": .string($0.destination.description),
              "nexthop": .string($0.nextHop.description),
            ]
          })
      },
      Attribute("dns_nameservers") { .array($0.dnsServers.map { .string($0) }) },
      Attribute("description") { .string($0.description) },
      Attribute("created_at") { .string($0.createdAt.iso8601) },
      Attribute("updated_at") { .string($0.updatedAt.iso8601) },
    ])
}
