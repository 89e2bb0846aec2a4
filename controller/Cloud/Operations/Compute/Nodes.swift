// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Log
import Placement
import Store

extension Cloud {
  /// Every node with what it runs, in order of creation.
  public func nodes(for caller: Caller) async throws(RoostError) -> [NodeView] {
    try caller.requireAdmin(to: "see nodes")
    return try await nodeViews()
  }

  /// One node by id.
  public func node(_ id: NodeID, for caller: Caller) async throws(RoostError) -> NodeView {
    guard let view = try await nodes(for: caller).first(where: { $0.node.id == id }) else {
      throw .notFound("Node", id)
    }
    return view
  }

  /// Servers on a node, oldest first.
  public func servers(on node: NodeID, for caller: Caller) async throws(RoostError) -> [Instance] {
    try caller.requireAdmin(to: "see nodes")
    return try await store.read { (tx) throws(RoostError) in try tx.instances(on: node) }
  }

  /// Lets new servers onto a node, or not, with a reason.
  public func setNode(_ id: NodeID, enabled: Bool, reason: String?, for caller: Caller)
    async throws(RoostError) -> NodeView
  {
    try caller.requireAdmin(to: "enable or disable nodes")
    let now = clock.now
    let exists = try await store.write { (tx) throws(RoostError) in
      try tx.setNode(id, enabled: enabled, reason: reason, at: now)
    }
    guard exists else { throw .notFound("Node", id) }
    log.info(
      "node \(enabled ? "enabled" : "disabled: \(reason ?? "no reason given")")", [.node: id])
    return try await node(id, for: caller)
  }

  /// Zones with whether any of their nodes takes servers, by name. The nodes are named for
  /// administrators only.
  public func availabilityZones() async throws(RoostError) -> [AvailabilityZone] {
    let views = try await nodeViews()
    var names = views.map(\.node.availabilityZone)
    names.append(settings.availabilityZone)
    return Set(names).sorted().map { name in
      AvailabilityZone(name: name, nodes: views.filter { $0.node.availabilityZone == name })
    }
  }

  func nodeViews() async throws(RoostError) -> [NodeView] {
    let conditions = await nodeConditions()
    return try await store.read { (tx) throws(RoostError) in
      let usages = Dictionary(grouping: try tx.usages(), by: \.node)
      let instances = Dictionary(grouping: try tx.instances(of: nil), by: \.node)
      return try tx.nodes().map { node in
        let used = usages[node.id] ?? []
        let here = instances[node.id] ?? []
        let amount = { (resource: ResourceClass) in
          used.first { $0.resource == resource.rawValue }?.amount ?? 0
        }
        return NodeView(
          node: node, condition: conditions[node.id] ?? NodeCondition(state: .unknown),
          usedVCPUs: amount(.vcpu), usedMemoryMB: amount(.memoryMB),
          usedDiskGB: amount(.diskGB), instances: Int64(here.count),
          runningInstances: Int64(here.count { $0.powerState == .running }))
      }
    }
  }

  func nodeConditions() async -> [NodeID: NodeCondition] {
    let known = try? await store.read { (tx) throws(RoostError) in try tx.nodes().map(\.id) }
    let nodes = known ?? []
    return Dictionary(uniqueKeysWithValues: zip(nodes, await fleet.conditions(of: nodes)))
  }
}

/// A zone and the nodes in it.
public struct AvailabilityZone: Sendable, Hashable {
  public let name: String
  public let nodes: [NodeView]

  /// Whether some node in it takes servers. A zone without nodes is the default one, and counts.
  public var isAvailable: Bool { nodes.isEmpty || nodes.contains(where: \.isOpen) }
}
