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
    try caller.requireAdmin(to: "see nodes")
    guard let view = try await nodeViews(of: id).first else { throw .notFound("Node", id) }
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

  /// Every node, or one, in order of creation.
  func nodeViews(of id: NodeID? = nil) async throws(RoostError) -> [NodeView] {
    let found = try await store.read { (tx) throws(RoostError) in
      (
        nodes: try tx.nodes(id),
        usages: Dictionary(grouping: try tx.usages(of: id), by: \.node),
        guests: Dictionary(uniqueKeysWithValues: try tx.guestCounts(on: id).map { ($0.node, $0) })
      )
    }
    let conditions = await fleet.conditions(of: found.nodes.map(\.id))
    return zip(found.nodes, conditions).map { node, condition in
      let used = found.usages[node.id] ?? []
      let amount = { (resource: ResourceClass) in
        used.first { $0.resource == resource.rawValue }?.amount ?? 0
      }
      return NodeView(
        node: node, condition: condition, usedVCPUs: amount(.vcpu),
        usedMemoryMB: amount(.memoryMB), usedDiskGB: amount(.diskGB),
        instances: found.guests[node.id]?.all ?? 0,
        runningInstances: found.guests[node.id]?.running ?? 0)
    }
  }
}

extension Transaction {
  fileprivate func nodes(_ id: NodeID?) throws(RoostError) -> [Node] {
    guard let id else { return try nodes() }
    return try node(id).map { [$0] } ?? []
  }
}

/// A zone and the nodes in it.
public struct AvailabilityZone: Sendable, Hashable {
  public let name: String
  public let nodes: [NodeView]

  /// Whether some node in it takes servers. A zone without nodes is the default one, and counts.
  public var isAvailable: Bool { nodes.isEmpty || nodes.contains(where: \.isOpen) }
}
