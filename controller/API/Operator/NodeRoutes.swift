// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension OperatorAPI {
  var nodeRoutes: [Route] {
    [
      Route("GET", "/v1/nodes", access: .admin) { (context) throws(RoostError) in
        let reports = try await cloud.nodeReports(for: try context.caller())
        let name = context.query("name")
        return .json { json in
          json.array("nodes") { json in
            for report in reports where name == nil || report.view.node.hostName == name {
              json.object { NodeShape.write(&$0, report) }
            }
          }
        }
      },
      Route("GET", "/v1/nodes/{node}", access: .admin) { (context) throws(RoostError) in
        try await show(try context.id("node", of: "Node"), context)
      },
      Route("PUT", "/v1/nodes/{node}", access: .admin) { (context) throws(RoostError) in
        let id: NodeID = try context.id("node", of: "Node")
        let body = try context.json("node")
        try body.refuseUnknown(allowed: ["enabled", "disabled_reason"])
        let isEnabled = try body.bool("enabled")
        let reason = try body.optionalString("disabled_reason")
        if isEnabled, reason != nil {
          throw try body.member("disabled_reason").refused("a node that is enabled has none")
        }
        _ = try await cloud.setNode(
          id, enabled: isEnabled, reason: reason, for: try context.caller())
        return try await show(id, context)
      },
      Route("GET", "/v1/orphans", access: .admin) { (context) throws(RoostError) in
        let orphans = try await cloud.orphans(for: try context.caller())
        return .json { NodeShape.write(&$0, orphans) }
      },
      Route("DELETE", "/v1/nodes/{node}/orphans/{instance}", access: .admin) {
        (context) throws(RoostError) in
        let orphan = try await cloud.removeOrphan(
          try context.id("instance", of: "Orphan"), on: try context.id("node", of: "Node"),
          for: try context.caller())
        return .json { json in
          json.object("orphan") { NodeShape.write(&$0, orphan) }
        }
      },
    ]
  }

  private func show(_ id: NodeID, _ context: RequestContext) async throws(RoostError)
    -> HTTPResponse
  {
    let caller = try context.caller()
    let report = try await cloud.nodeReport(id, for: caller)
    let servers = try await cloud.servers(on: id, for: caller)
    return .json { json in
      json.object("node") { json in
        NodeShape.write(&json, report)
        NodeShape.writeInventory(&json, report.view.node.inventory)
        json.array("servers") { json in
          for server in servers {
            json.object {
              $0.field("id", server.id)
              $0.field("name", server.name)
              $0.field("project_id", server.project.hex)
              $0.field("status", server.status.rawValue)
            }
          }
        }
      }
    }
  }
}

/// How nodes and what is on them are written.
enum NodeShape {
  static func write(_ json: inout JSONWriter, _ report: NodeReport) {
    let node = report.view.node
    json.field("id", node.id)
    json.field("name", node.hostName)
    json.field("address", node.address)
    json.field("state", report.view.state.rawValue)
    json.field("hypervisor_unavailable", report.view.condition.hypervisorFailure)
    json.field("lease_seconds_left", report.leaseLeft.map { $0.microseconds / 1_000_000 })
    json.field("enabled", node.isEnabled)
    json.field("disabled_reason", node.disabledReason)
    json.field("certificate_ends_at", report.certificateEnd?.iso8601)
    write(&json, report.standing)
    json.field("availability_zone", node.availabilityZone)
    json.field("agent_version", node.agentVersion)
    json.field("created_at", node.createdAt.iso8601)
    json.field("registered_at", node.registeredAt.iso8601)
    json.field("server_count", report.view.instances)
    json.field("running_server_count", report.view.runningInstances)
    json.array("resources") { json in
      for resource in report.resources {
        json.object {
          $0.field("resource_class", resource.name)
          $0.field("total", resource.total)
          $0.field("reserved", resource.reserved)
          $0.field("allocation_ratio", resource.allocationRatio)
          $0.field("capacity", resource.capacity)
          $0.field("used", resource.used)
        }
      }
    }
  }

  static func writeInventory(_ json: inout JSONWriter, _ inventory: NodeInventory) {
    json.object("inventory") { json in
      json.field("cpus", inventory.cpus)
      json.field("memory_mb", inventory.memoryMB)
      json.field("reserved_memory_mb", inventory.reservedMemoryMB)
      json.field("disk_gb", inventory.diskGB)
      json.field("hypervisor_type", inventory.hypervisorType)
      json.field("hypervisor_version", inventory.hypervisorVersion)
      json.field("virtualization", inventory.virtualization)
      json.field("virtualization_reason", inventory.virtualizationReason)
      json.field("cpu_model", inventory.cpuModel)
      json.field("cpu_vendor", inventory.cpuVendor)
      json.field("architecture", inventory.architecture)
      json.array("traits") { for trait in inventory.traits { $0.value(trait) } }
      json.array("physical_networks") { for name in inventory.physicalNetworks { $0.value(name) } }
    }
  }

  static func write(_ json: inout JSONWriter, _ orphans: [Orphan]) {
    json.array("orphans") { json in
      for orphan in orphans { json.object { write(&$0, orphan) } }
    }
  }

  static func write(_ json: inout JSONWriter, _ orphan: Orphan) {
    json.field("node_id", orphan.node)
    json.field("instance_id", orphan.instance)
    json.field("generation", orphan.generation.description)
    json.field("first_seen_at", orphan.firstSeenAt.iso8601)
    json.field("is_being_removed", orphan.removal != nil)
  }
}
