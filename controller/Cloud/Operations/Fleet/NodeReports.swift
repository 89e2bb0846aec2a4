// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Placement
import Store

/// All that an operator may want to know of a node.
public struct NodeReport: Sendable, Hashable {
  /// What a node has of one resource, and how much of it is claimed.
  public struct Resource: Sendable, Hashable {
    /// The class's name, as `VCPU`.
    public let name: String
    public let total: Int64
    public let reserved: Int64
    public let allocationRatio: Double
    public let used: Int64
    /// (total − reserved) × ratio.
    public let capacity: Double
  }

  public let view: NodeView
  /// How long its lease still holds; nil when it was given none.
  public let leaseLeft: Duration?
  public let resources: [Resource]
  /// How it stands with its certificates.
  public let standing: NodeStanding
  /// When the certificate ends that it would have to connect with next; nil where that isn't known.
  public let certificateEnd: Timestamp?
}

extension Cloud {
  /// Every node with lease, inventory and claims, in order of creation.
  public func nodeReports(for caller: Caller) async throws(RoostError) -> [NodeReport] {
    let views = try await nodes(for: caller)
    let resources = try await store.read { (tx) throws(RoostError) in
      Dictionary(
        uniqueKeysWithValues: try tx.hosts(in: [:]).map { host in
          (host.id, host.inventories.map(NodeReport.Resource.init))
        })
    }
    let standings = try await access.standings()
    var reports: [NodeReport] = []
    for view in views {
      let standing =
        standings[view.node.id] ?? NodeStanding(revocation: nil, certificate: nil)
      let connected = await fleet.certificateEnd(of: view.node.id)
      reports.append(
        NodeReport(
          view: view, leaseLeft: await fleet.leaseLeft(of: view.node.id),
          resources: resources[view.node.id] ?? [], standing: standing,
          certificateEnd: standing.certificate?.expires ?? connected))
    }
    return reports
  }

  /// One node with lease, inventory and claims.
  public func nodeReport(_ id: NodeID, for caller: Caller) async throws(RoostError) -> NodeReport {
    guard let report = try await nodeReports(for: caller).first(where: { $0.view.node.id == id })
    else { throw .notFound("Node", id) }
    return report
  }
}

extension NodeReport.Resource {
  init(_ inventory: Inventory) {
    name = inventory.resource.rawValue
    total = inventory.total
    reserved = inventory.reserved
    allocationRatio = inventory.allocationRatio
    used = inventory.used
    capacity = inventory.capacity
  }
}
