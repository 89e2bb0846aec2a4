// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  /// A hypervisor; with `servers` those on it.
  static func writeHypervisor(
    _ json: inout JSONWriter, _ view: NodeView, _ servers: [NodeID: [Instance]]?, detailed: Bool,
    _ context: RequestContext
  ) {
    let node = view.node
    writeNodeID(&json, node, context)
    json.field("hypervisor_hostname", node.hostName)
    json.field("state", view.serviceState)
    json.field("status", view.serviceStatus)
    if detailed { writeDetails(&json, view, context) }
    guard let here = servers?[node.id], !here.isEmpty || context.serves(75) else { return }
    json.array("servers") { json in
      for server in here {
        json.object {
          $0.field("name", server.name)
          $0.field("uuid", server.id)
        }
      }
    }
  }

  /// The sums over all hypervisors, until 2.87.
  static func writeStatistics(_ json: inout JSONWriter, _ nodes: [NodeView]) {
    let enabled = nodes.filter(\.isOpen)
    let sum = { (value: (NodeView) -> Int64) in enabled.reduce(0) { $0 + value($1) } }
    json.field("count", enabled.count)
    json.field("vcpus", sum { $0.node.inventory.cpus })
    json.field("vcpus_used", sum(\.usedVCPUs))
    json.field("memory_mb", sum { $0.node.inventory.memoryMB })
    json.field("memory_mb_used", sum { $0.usedMemoryWithReserved })
    json.field("free_ram_mb", sum { $0.freeMemoryMB })
    json.field("local_gb", sum { $0.node.inventory.diskGB })
    json.field("local_gb_used", sum(\.usedDiskGB))
    json.field("free_disk_gb", sum { $0.freeDiskGB })
    json.field("disk_available_least", sum { $0.freeDiskGB })
    json.field("running_vms", sum(\.instances))
    json.field("current_workload", 0)
  }

  /// The member `id`, a number before 2.53.
  static func writeNodeID(_ json: inout JSONWriter, _ node: Node, _ context: RequestContext) {
    if context.serves(53) { json.field("id", node.id) } else { json.field("id", node.number) }
  }

  private static func writeDetails(
    _ json: inout JSONWriter, _ view: NodeView, _ context: RequestContext
  ) {
    let node = view.node
    json.field("hypervisor_type", node.inventory.hypervisorType)
    json.field("hypervisor_version", node.inventory.hypervisorVersion)
    json.field("host_ip", node.address)
    json.object("service") {
      writeNodeID(&$0, node, context)
      $0.field("host", node.hostName)
      $0.field("disabled_reason", view.serviceDisabledReason)
    }
    guard !context.serves(88) else {
      json.null("uptime")
      return
    }
    json.field("vcpus", node.inventory.cpus)
    json.field("vcpus_used", view.usedVCPUs)
    json.field("memory_mb", node.inventory.memoryMB)
    json.field("memory_mb_used", view.usedMemoryWithReserved)
    json.field("free_ram_mb", view.freeMemoryMB)
    json.field("local_gb", node.inventory.diskGB)
    json.field("local_gb_used", view.usedDiskGB)
    json.field("free_disk_gb", view.freeDiskGB)
    json.field("disk_available_least", view.freeDiskGB)
    json.field("running_vms", view.instances)
    json.field("current_workload", 0)
    // An object from 2.28 on; before, the same as text.
    let cpu = cpuInfo(node.inventory)
    if context.serves(28) {
      json.field("cpu_info", cpu)
    } else {
      json.field("cpu_info", String(decoding: cpu.encoded, as: UTF8.self))
    }
  }

  private static func cpuInfo(_ inventory: NodeInventory) -> JSONValue {
    [
      "arch": .string(inventory.architecture), "model": .string(inventory.cpuModel),
      "vendor": .string(inventory.cpuVendor),
      "features": .array(
        inventory.traits.filter { $0.hasPrefix("HW_CPU_") }.map { .string($0) }),
    ]
  }
}

extension NodeView {
  /// Nova's word for whether the node answers: it is down when its lease has ended.
  var serviceState: String { state == .down ? "down" : "up" }

  /// Nova's word for whether new servers may come. It disables the service of a node whose libvirt
  /// is lost; the service stays up.
  ///
  /// Source: `_set_host_enabled` in nova/virt/libvirt/driver.py.
  var serviceStatus: String { isOpen ? "enabled" : "disabled" }

  /// Why not. An operator's reason goes before the automatic one, as in Nova.
  var serviceDisabledReason: String? {
    guard node.isEnabled else { return node.disabledReason }
    return condition.hypervisorFailure.map { "AUTO: Connection to libvirt lost: \($0)" }
  }

  /// Nova counts what is reserved for the host as used.
  fileprivate var usedMemoryWithReserved: Int64 {
    usedMemoryMB + node.inventory.reservedMemoryMB
  }
  fileprivate var freeMemoryMB: Int64 { node.inventory.memoryMB - usedMemoryWithReserved }
  fileprivate var freeDiskGB: Int64 { node.inventory.diskGB - usedDiskGB }
}
