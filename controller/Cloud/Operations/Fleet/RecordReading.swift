// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database
public import Invariants
import Placement
public import Store

extension Transaction {
  /// The store as the invariant checker reads it.
  public func fleetRecords() throws(RoostError) -> FleetRecords {
    let subnets = Dictionary(grouping: try self.subnets(), by: \.id).compactMapValues(\.first)
    let inventories = Dictionary(grouping: try self.inventories(), by: \.node)
    return FleetRecords(
      instances: try instances(of: nil).map(InstanceRecord.init),
      allocations: try claims().compactMap(AllocationRecord.init),
      ports: try ports().map { PortRecord($0, in: subnets) },
      desired: try desired().map(DesiredStateRecord.init),
      nodes: try nodes().map { NodeRecord($0, inventories[$0.id] ?? []) })
  }
}

// What the checker knows of a row.
extension InstanceRecord {
  /// A server that is not deleted.
  public init(_ instance: Instance) {
    self.init(id: instance.id, node: instance.node, needs: amounts(of: instance.flavor.size))
  }
}

private func amounts(of size: FlavorSize) -> [Amount] {
  needs(of: size).map { Amount($0.resource.rawValue, $0.amount) }
}

extension AllocationRecord {
  /// A claim; nil for a sum of claims.
  public init?(_ claim: StoredClaim) {
    guard let instance = claim.instance else { return nil }
    self.init(
      instance: instance, node: claim.node, amount: Amount(claim.resource, claim.amount))
  }
}

extension PortRecord {
  /// A port, with the subnets that its addresses are of.
  public init(_ port: Port, in subnets: [SubnetID: Subnet]) {
    self.init(
      id: port.id, instance: port.instance,
      addresses: port.addresses.map { fixed in
        AddressRecord(
          subnet: fixed.subnet, address: fixed.address.description,
          isInSubnet: subnets[fixed.subnet]?.cidr.contains(fixed.address) ?? false)
      }, tapName: port.tapName)
  }
}

extension DesiredStateRecord {
  /// What a node was told.
  public init(_ record: DesiredRecord) {
    self.init(
      instance: record.instance, node: record.node, generation: record.generation,
      isAbsent: record.target == .absent, isSettled: record.isSettled)
  }
}

extension NodeRecord {
  /// A node with its inventories.
  public init(_ node: Node, _ inventories: [StoredInventory]) {
    self.init(
      id: node.id, name: node.hostName,
      capacities: inventories.compactMap { stored in
        Placement.Inventory(stored, used: 0).map { .init(stored.resource, $0.capacity) }
      })
  }
}
