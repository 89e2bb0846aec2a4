// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// Nodes as Nova's services, and the zones they are in.
  ///
  /// Source: nova/api/openstack/compute/services.py and availability_zone.py.
  var serviceRoutes: [Route] {
    [
      Route("GET", "/v2.1/os-services", access: .admin) { (context) throws(RoostError) in
        try context.refuseUnknownQuery(since: 75, allowed: ["host", "binary"])
        let (host, binary) = (context.query("host") ?? "", context.query("binary") ?? "")
        let nodes = try await cloud.nodes(for: try context.caller()).filter {
          (host.isEmpty || $0.node.hostName == host) && (binary.isEmpty || binary == Self.binary)
        }
        return .json { json in
          json.array("services") { json in
            for node in nodes { json.object { Self.writeService(&$0, node, context) } }
          }
        }
      },
      // Before 2.53 the word in this place is an action, with the service in the body.
      Route("PUT", "/v2.1/os-services/{service}", access: .admin) {
        (context) throws(RoostError) in
        context.serves(53) ? try await updateService(context) : try await switchService(context)
      },
      Route("GET", "/v2.1/os-availability-zone") { (_) throws(RoostError) in
        try await zones(writingHosts: { json, _ in json.null("hosts") })
      },
      Route("GET", "/v2.1/os-availability-zone/detail", access: .admin) {
        (_) throws(RoostError) in
        try await zones(writingHosts: Self.writeHosts)
      },
      // Clients ask for them when they show a hypervisor. There are none.
      Route("GET", "/v2.1/os-aggregates", access: .admin) { (_) throws(RoostError) in
        .json { $0.array("aggregates") { _ in } }
      },
    ]
  }

  /// The only kind of service that nodes have.
  private static let binary = "nova-compute"

  private func updateService(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let text = context.capture("service")
    guard let id = NodeID(text) else {
      throw RoostError(.badRequest, "Invalid uuid \(text.prefix(255))")
    }
    let body = try context.json()
    try body.refuseUnknown(allowed: ["status", "disabled_reason", "forced_down"])
    if let field = try body.optionalMember("forced_down") {
      throw field.refused("is not served; only status and disabled_reason are")
    }
    let enabled = try body.choice("status", of: ["enabled", "disabled"]) == "enabled"
    let reason = try body.optionalString("disabled_reason", allowEmpty: true)
    guard !enabled || reason == nil else {
      throw RoostError(
        .badRequest, "Specifying 'disabled_reason' with status 'enabled' is invalid.",
        field: "disabled_reason")
    }
    let node = try await cloud.setNode(
      id, enabled: enabled, reason: reason, for: try context.caller())
    return .json { $0.object("service") { Self.writeService(&$0, node, context) } }
  }

  private func switchService(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let action = context.capture("service")
    guard ["enable", "disable", "disable-log-reason"].contains(action) else {
      throw RoostError(.notFound, "Unknown action")
    }
    let body = try context.json()
    let (host, binary) = (try body.string("host"), try body.string("binary"))
    let reason = action == "disable-log-reason" ? try body.string("disabled_reason") : nil
    let caller = try context.caller()
    let node = try await cloud.nodes(for: caller).first { $0.node.hostName == host }
    guard let node, binary == Self.binary else {
      throw RoostError(
        .notFound, "Could not find binary \(binary) on host \(host).")
    }
    let enabled = action == "enable"
    _ = try await cloud.setNode(node.node.id, enabled: enabled, reason: reason, for: caller)
    return .json { json in
      json.object("service") {
        $0.field("host", host)
        $0.field("binary", binary)
        $0.field("status", enabled ? "enabled" : "disabled")
        if let reason { $0.field("disabled_reason", reason) }
      }
    }
  }

  private static func writeService(
    _ json: inout JSONWriter, _ view: NodeView, _ context: RequestContext
  ) {
    writeNodeID(&json, view.node, context)
    json.field("binary", binary)
    json.field("host", view.node.hostName)
    json.field("zone", view.node.availabilityZone)
    json.field("status", view.serviceStatus)
    json.field("state", view.serviceState)
    json.field("updated_at", view.node.updatedAt.iso8601Zoneless)
    json.field("disabled_reason", view.serviceDisabledReason)
    if context.serves(11) { json.field("forced_down", false) }
  }

  private func zones(
    writingHosts: (inout JSONWriter, AvailabilityZone) -> Void
  ) async throws(RoostError) -> HTTPResponse {
    let zones = try await cloud.availabilityZones()
    return .json { json in
      json.array("availabilityZoneInfo") { json in
        for zone in zones {
          json.object {
            $0.field("zoneName", zone.name)
            $0.object("zoneState") { $0.field("available", zone.isAvailable) }
            writingHosts(&$0, zone)
          }
        }
      }
    }
  }

  private static func writeHosts(_ json: inout JSONWriter, _ zone: AvailabilityZone) {
    guard zone.isAvailable else {
      json.null("hosts")
      return
    }
    json.object("hosts") { json in
      for view in zone.nodes where view.isOpen {
        json.object(view.node.hostName) { json in
          json.object(binary) {
            $0.field("available", view.serviceState == "up")
            $0.field("active", true)
            $0.field("updated_at", view.node.updatedAt.iso8601Zoneless)
          }
        }
      }
    }
  }
}
