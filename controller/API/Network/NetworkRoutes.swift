// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension NetworkAPI {
  var networkRoutes: [Route] {
    [
      Route("GET", "/v2.0/networks") { (context) throws(RoostError) in
        try Self.networks.list(try await cloud.networks(for: try context.caller()), context)
      },
      Route("POST", "/v2.0/networks") { (context) throws(RoostError) in
        let draft = try NetworkDraft(try context.json("network"))
        return try Self.networks.show(
          try await cloud.createNetwork(draft, for: try context.caller()), context, status: 201)
      },
      Route("GET", "/v2.0/networks/{id}") { (context) throws(RoostError) in
        let id: NetworkID = try context.id("id", of: "Network")
        return try Self.networks.show(
          try await cloud.network(id, for: try context.caller()), context)
      },
      Route("PUT", "/v2.0/networks/{id}") { (context) throws(RoostError) in
        let id: NetworkID = try context.id("id", of: "Network")
        let changes = try NetworkChanges(try context.json("network"))
        return try Self.networks.show(
          try await cloud.updateNetwork(id, changes, for: try context.caller()), context)
      },
      Route("DELETE", "/v2.0/networks/{id}") { (context) throws(RoostError) in
        let id: NetworkID = try context.id("id", of: "Network")
        try await cloud.deleteNetwork(id, for: try context.caller())
        return .empty()
      },
    ]
  }

  static let networks = Resource<NetworkView>(
    name: "network", collection: "networks", path: "networks",
    attributes: [
      Attribute("id") { .string($0.network.id.description) },
      Attribute("name") { .string($0.network.name) },
      Attribute("tenant_id") { .string($0.network.project.hex) },
      Attribute("project_id") { .string($0.network.project.hex) },
      Attribute("admin_state_up") { .bool($0.network.isAdminUp) },
      // Neutron's word for a network that exists.
      Attribute("status") { _ in "ACTIVE" },
      Attribute("subnets") { .array($0.subnets.map { .string($0.description) }) },
      Attribute("shared") { .bool($0.network.isShared) },
      Attribute("router:external") { _ in false },
      Attribute("mtu") { .integer($0.network.mtu) },
      Attribute("provider:network_type", for: .admin) { _ in "flat" },
      Attribute("provider:physical_network", for: .admin) { .string($0.network.physicalNetwork) },
      Attribute("provider:segmentation_id", for: .admin) { _ in nil },
      Attribute("description") { .string($0.network.description) },
      Attribute("created_at") { .string($0.network.createdAt.iso8601) },
      Attribute("updated_at") { .string($0.network.updatedAt.iso8601) },
    ])
}

extension NetworkDraft {
  /// 68 is the least that IPv4 works with (RFC 791); the rest is the largest frame Linux knows.
  private static let mtus: ClosedRange<Int64> = 68...65_535

  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "name", "description", "admin_state_up", "shared", "router:external", "mtu", "project_id",
      "tenant_id", "provider:network_type", "provider:physical_network",
      "provider:segmentation_id",
    ])
    try body.requireOnly(
      "router:external", false, "false", "False", because: "there are no external networks here")
    _ = try body.optionalChoice("provider:network_type", of: ["flat"])
    if let segment = try body.optionalInteger("provider:segmentation_id", lenient: true) {
      throw RoostError(
        .badRequest,
        "Invalid input for operation: segmentation_id \(segment) is prohibited for a flat "
          + "provider network.", field: "network.provider:segmentation_id")
    }
    self.init(name: try body.note("name") ?? "")
    description = try body.note("description") ?? ""
    isAdminUp = try body.optionalBool("admin_state_up", lenient: true) ?? true
    isShared = try body.optionalBool("shared", lenient: true) ?? false
    physicalNetwork = try body.optionalString("provider:physical_network", maxLength: 64)
    // 0 asks for the default, as with Neutron.
    let wanted = try body.optionalInteger("mtu", lenient: true) ?? 0
    if wanted != 0 {
      mtu = try body.integer("mtu", in: Self.mtus, lenient: true)
    }
    project = try body.neutronProject()
  }
}

extension NetworkChanges {
  init(_ body: JSONReader) throws(RoostError) {
    try body.refuseUnknown(allowed: [
      "name", "description", "admin_state_up", "shared", "router:external",
    ])
    try body.requireOnly(
      "router:external", false, "false", "False", because: "there are no external networks here")
    self.init()
    name = try body.note("name")
    description = try body.note("description")
    isAdminUp = try body.optionalBool("admin_state_up", lenient: true)
    isShared = try body.optionalBool("shared", lenient: true)
  }
}
