// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl node show`.
struct NodeShowCommand: OnlineCommand {
  let name = "node show"
  let summary = "Show a node: state, lease, inventory, claims and servers."
  let operands = [Operand("NODE", "the node's id or name")]

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let answer = try await client.get("/nodes/\(try await client.nodeID(options.operand))")
    return Report(lines: Self.lines(answer["node"] ?? .null), json: answer)
  }

  /// Until when the node can connect, and who said that it may not.
  private static func certificate(_ json: JSONValue) -> String {
    let end = json["certificate_ends_at"]?.text.map { "good until \($0)" } ?? "none is known"
    guard let time = json["revoked_at"]?.text else { return end }
    let reason = json["revocation_reason"]?.text.map { ": \($0)" } ?? ""
    let revocation = "revoked at \(time) by \(json["revoked_by"]?.text ?? "")\(reason)"
    return json["is_revoked"]?.flag == true ? revocation : "\(end); older ones \(revocation)"
  }

  static func lines(_ json: JSONValue) -> [String] {
    let node = NodeAnswer(json: json)
    let inventory = json["inventory"] ?? .null
    let text = { (value: JSONValue?) in value?.text ?? NodeAnswer.number(value) }
    let list = { (key: String) in
      (inventory[key]?.elements ?? []).compactMap(\.text).joined(separator: " ")
    }
    let lease = json["lease_seconds_left"]?.int
    var lines = Table.lines([
      ("id", node.id), ("name", node.name), ("address", text(json["address"])),
      ("state", node.state),
      ("lease", lease.map { "\($0) s left" } ?? "none since the controller started"),
      ("new servers", node.enabledText),
      ("certificate", certificate(json)),
      ("availability zone", text(json["availability_zone"])),
      ("agent", text(json["agent_version"])), ("registered", text(json["registered_at"])),
      (
        "hypervisor",
        "\(text(inventory["hypervisor_type"])) \(NodeAnswer.version(inventory["hypervisor_version"]))"
      ),
      ("virtualization", text(inventory["virtualization"])),
      ("because", text(inventory["virtualization_reason"])),
      (
        "CPU",
        "\(text(inventory["cpus"])) × \(text(inventory["cpu_model"])), "
          + "\(text(inventory["cpu_vendor"])), \(text(inventory["architecture"]))"
      ),
      ("physical networks", list("physical_networks")), ("traits", list("traits")),
    ])
    let resources = (json["resources"]?.elements ?? []).map { resource in
      ["resource_class", "used", "capacity", "total", "reserved", "allocation_ratio"].map {
        text(resource[$0])
      }
    }
    lines +=
      [""] + Table.lines(["RESOURCE", "USED", "CAPACITY", "TOTAL", "RESERVED", "RATIO"], resources)
    let servers = (json["servers"]?.elements ?? []).map { server in
      ["id", "name", "status", "project_id"].map { text(server[$0]) }
    }
    if !servers.isEmpty {
      lines += [""] + Table.lines(["SERVER", "NAME", "STATUS", "PROJECT"], servers)
    }
    return lines
  }
}
