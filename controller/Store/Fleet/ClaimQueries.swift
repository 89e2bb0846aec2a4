// SPDX-License-Identifier: Apache-2.0

public import Base
public import Database

/// What a node has of a resource, as stored: Placement's fields.
public struct StoredInventory: Sendable, Hashable {
  public var node: NodeID
  /// The class's name, as `VCPU`.
  public var resource: String
  public var total: Int64
  public var reserved: Int64
  public var allocationRatio: Double
  public var minUnit: Int64
  public var maxUnit: Int64
  public var stepSize: Int64

  /// An inventory with every field.
  public init(
    node: NodeID, resource: String, total: Int64, reserved: Int64, allocationRatio: Double,
    minUnit: Int64, maxUnit: Int64, stepSize: Int64
  ) {
    self.node = node
    self.resource = resource
    self.total = total
    self.reserved = reserved
    self.allocationRatio = allocationRatio
    self.minUnit = minUnit
    self.maxUnit = maxUnit
    self.stepSize = stepSize
  }
}

/// A claim of an instance on a node, or the sum of all claims on a node.
public struct StoredClaim: Sendable, Hashable {
  /// nil in a sum.
  public var instance: InstanceID?
  public var node: NodeID
  /// The class's name, as `VCPU`.
  public var resource: String
  public var amount: Int64

  /// A claim, or a sum of claims.
  public init(instance: InstanceID?, node: NodeID, resource: String, amount: Int64) {
    self.instance = instance
    self.node = node
    self.resource = resource
    self.amount = amount
  }
}

extension Transaction {
  /// Every node's inventories, or one's.
  public func inventories(of node: NodeID? = nil) throws(RoostError) -> [StoredInventory] {
    let only = node == nil ? "" : "WHERE node_id = ?"
    return try decoded(
      rows(
        "SELECT * FROM inventories \(only) ORDER BY node_id, resource",
        values: node.map { [.id($0)] } ?? [])
    ) {
      (row) throws(RoostError) in
      StoredInventory(
        node: try row.id("node_id"), resource: try row.text("resource"),
        total: try row.integer("total"), reserved: try row.integer("reserved"),
        allocationRatio: try row.real("allocation_ratio"), minUnit: try row.integer("min_unit"),
        maxUnit: try row.integer("max_unit"), stepSize: try row.integer("step_size"))
    }
  }

  /// Records what a node has of a resource. A ratio that is already there is an operator's, and
  /// stays.
  public func setInventory(_ inventory: StoredInventory) throws(RoostError) {
    try run(
      """
      INSERT INTO inventories (node_id, resource, total, reserved, allocation_ratio, min_unit,
        max_unit, step_size)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (node_id, resource) DO UPDATE SET total = excluded.total,
        reserved = excluded.reserved, min_unit = excluded.min_unit,
        max_unit = excluded.max_unit, step_size = excluded.step_size
      """, .id(inventory.node), .text(inventory.resource), .integer(inventory.total),
      .integer(inventory.reserved), .real(inventory.allocationRatio),
      .integer(inventory.minUnit), .integer(inventory.maxUnit), .integer(inventory.stepSize))
  }

  /// How much is claimed of each node, or of one, per resource.
  public func usages(of node: NodeID? = nil) throws(RoostError) -> [StoredClaim] {
    let only = node == nil ? "" : "WHERE node_id = ?"
    return try decoded(
      rows(
        """
        SELECT node_id, resource, sum(amount) AS amount FROM allocations \(only)
        GROUP BY node_id, resource ORDER BY node_id, resource
        """, values: node.map { [.id($0)] } ?? [])
    ) { (row) throws(RoostError) in
      StoredClaim(
        instance: nil, node: try row.id("node_id"), resource: try row.text("resource"),
        amount: try row.integer("amount"))
    }
  }

  /// Every claim, or those of an instance.
  public func claims(of instance: InstanceID? = nil) throws(RoostError) -> [StoredClaim] {
    let only = instance == nil ? "" : "WHERE instance_id = ?"
    return try decoded(
      rows(
        "SELECT * FROM allocations \(only) ORDER BY instance_id, node_id, resource",
        values: instance.map { [.id($0)] } ?? [])
    ) {
      (row) throws(RoostError) in
      StoredClaim(
        instance: try row.id("instance_id"), node: try row.id("node_id"),
        resource: try row.text("resource"), amount: try row.integer("amount"))
    }
  }

  /// Adds a claim.
  public func claim(_ resource: String, _ amount: Int64, on node: NodeID, for instance: InstanceID)
    throws(RoostError)
  {
    try run(
      "INSERT INTO allocations (instance_id, node_id, resource, amount) VALUES (?, ?, ?, ?)",
      .id(instance), .id(node), .text(resource), .integer(amount))
  }

  /// Gives back all that an instance claims.
  public func releaseClaims(of instance: InstanceID) throws(RoostError) {
    try run("DELETE FROM allocations WHERE instance_id = ?", .id(instance))
  }
}
