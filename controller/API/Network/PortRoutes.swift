// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension NetworkAPI {
  var portRoutes: [Route] {
    [
      Route("GET", "/v2.0/ports") { (context) throws(RoostError) in
        try Self.ports.list(try await cloud.ports(for: try context.caller()), context)
      },
      Route("POST", "/v2.0/ports") { (context) throws(RoostError) in
        let (body, caller) = (try context.json("port"), try context.caller())
        let draft = try PortDraft(body)
        try await checkGroups(body, of: draft.project ?? caller.project, caller)
        return try Self.ports.show(
          try await cloud.createPort(draft, for: caller), context, status: 201)
      },
      Route("GET", "/v2.0/ports/{id}") { (context) throws(RoostError) in
        let id: PortID = try context.id("id", of: "Port")
        return try Self.ports.show(try await cloud.port(id, for: try context.caller()), context)
      },
      Route("PUT", "/v2.0/ports/{id}") { (context) throws(RoostError) in
        let id: PortID = try context.id("id", of: "Port")
        let (body, caller) = (try context.json("port"), try context.caller())
        let changes = try PortChanges(body)
        if body.has("security_groups") {
          let project = try await cloud.port(id, for: caller).port.project
          try await checkGroups(body, of: project, caller)
        }
        return try Self.ports.show(try await cloud.updatePort(id, changes, for: caller), context)
      },
      Route("DELETE", "/v2.0/ports/{id}") { (context) throws(RoostError) in
        let id: PortID = try context.id("id", of: "Port")
        try await cloud.deletePort(id, for: try context.caller())
        return .empty()
      },
    ]
  }

  /// A port is in its project's security groups, no fewer and no more: to ask for them is fine.
  private func checkGroups(_ body: JSONReader, of project: ProjectID, _ caller: Caller)
    async throws(RoostError)
  {
    guard let wanted = try body.optionalArray("security_groups", maxCount: 64) else { return }
    let known = try await cloud.securityGroups(for: caller).filter { $0.project == project }
    for element in wanted {
      let id: SecurityGroupID = try element.asID()
      guard known.contains(where: { $0.id == id }) else {
        throw RoostError(
          .notFound, "Security group \(id) does not exist.", field: element.path)
      }
    }
    guard !wanted.isEmpty else {
      throw try body.member("security_groups").refused(
        "every port is in its project's group default; leave the field out")
    }
  }

  static let ports = Resource<PortView>(
    name: "port", collection: "ports", path: "ports",
    attributes: [
      Attribute("id") { .string($0.port.id.description) },
      Attribute("name") { .string($0.port.name) },
      Attribute("network_id") { .string($0.port.network.description) },
      Attribute("tenant_id") { .string($0.port.project.hex) },
      Attribute("project_id") { .string($0.port.project.hex) },
      Attribute("mac_address") { .string($0.port.macAddress.description) },
      Attribute("admin_state_up") { .bool($0.port.isAdminUp) },
      Attribute("status") { .string($0.port.status.rawValue) },
      Attribute("device_id") { .string($0.port.deviceID) },
      Attribute("device_owner") { .string($0.port.deviceOwner) },
      Attribute("fixed_ips") {
        .array(
          $0.port.addresses.map {
            [
              "subnet_id": .string($0.subnet.description),
              "ip_address": .string($0.address.description),
            ]
          })
      },
      Attribute("security_groups") { .array($0.securityGroups.map { .string($0.description) }) },
      Attribute("binding:vnic_type") { _ in "normal" },
      Attribute("binding:host_id", for: .admin) { .string($0.host ?? "") },
      Attribute("binding:vif_type", for: .admin) { $0.host == nil ? "unbound" : "bridge" },
      Attribute("binding:vif_details", for: .admin) { _ in [:] },
      Attribute("binding:profile", for: .admin) { _ in [:] },
      Attribute("description") { .string($0.port.description) },
      Attribute("created_at") { .string($0.port.createdAt.iso8601) },
      Attribute("updated_at") { .string($0.port.updatedAt.iso8601) },
    ])
}
