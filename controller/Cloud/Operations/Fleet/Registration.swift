// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Log
import NodeProtocol
import Placement
import Store

extension Cloud {
  func recordRegistration(
    _ node: NodeID, _ request: RegisterRequest, from address: String?
  ) async throws(RoostError) -> [Desired] {
    let (now, settings) = (clock.now, settings)
    let (desired, orphans) = try await store.write {
      (tx) throws(RoostError) -> ([Desired], [Orphan]) in
      try tx.register(
        node, hostName: request.hostName, address: address, agentVersion: request.agentVersion,
        inventory: NodeInventory(request.inventory), zone: settings.availabilityZone, at: now)
      for inventory in initialInventories(
        of: node, request.inventory, settings.initialRatios)
      {
        try tx.setInventory(inventory)
      }
      let held = request.held.filter { $0.instanceID != .zero }
      let orphans = try tx.revokeUnwanted(held, on: node, at: now)
      try tx.setOrphans(orphans, of: node)
      return (try tx.difference(to: held, on: node), orphans)
    }
    for orphan in orphans {
      log.warning(
        "the node holds an instance that no record knows; it is left alone",
        [.node: node, .instance: orphan.instance])
    }
    return desired
  }
}

extension Transaction {
  /// What a node must be told: each state whose generation isn't the one it holds.
  fileprivate func difference(to held: [Held], on node: NodeID) throws(RoostError) -> [Desired] {
    let generations = Dictionary(
      held.map { ($0.instanceID, $0.generation) }, uniquingKeysWith: { max($0, $1) })
    var difference: [Desired] = []
    for record in try desired(on: node) where generations[record.instance] != record.generation {
      difference.append(try told(record))
    }
    return difference
  }

  /// A record as the node is told it.
  func told(_ record: DesiredRecord) throws(RoostError) -> Desired {
    var desired = Desired()
    desired.instanceID = record.instance
    desired.generation = record.generation
    switch record.target {
    case .running: desired.target = .running
    case .stopped: desired.target = .stopped
    case .absent: desired.target = .absent
    }
    guard record.target != .absent else { return desired }
    desired.launched = try instance(record.instance)?.launchedAt != nil
    let bytes = try desiredSpec(record.instance, on: record.node) ?? []
    do {
      desired.spec = try InstanceSpec(decoding: bytes)
    } catch {
      throw RoostError(
        .internal, "An internal error occurred; the operator's log has the details.",
        operator: "the specification of instance \(record.instance) can't be read", cause: error)
    }
    return desired
  }

  /// Revokes what a node holds without being told to, as far as the store knows the instance: it
  /// is elsewhere or gone. What the store never knew is an orphan, and is returned.
  fileprivate func revokeUnwanted(_ held: [Held], on node: NodeID, at time: Timestamp)
    throws(RoostError) -> [Orphan]
  {
    var seen = Set(try desired(on: node).map(\.instance))
    var orphans: [Orphan] = []
    for one in held where seen.insert(one.instanceID).inserted {
      if try instance(one.instanceID) != nil {
        _ = try revoke(one.instanceID, on: node)
      } else {
        orphans.append(
          Orphan(
            node: node, instance: one.instanceID, generation: one.generation, firstSeenAt: time))
      }
    }
    return orphans
  }
}

/// What a node's report means to placement. Ratios are the initial ones; operators' stay.
private func initialInventories(
  of node: NodeID, _ reported: NodeProtocol.Inventory, _ ratios: InitialRatios
) -> [StoredInventory] {
  let totals: [(ResourceClass, UInt64, UInt64, Double)] = [
    (.vcpu, UInt64(reported.cpus), 0, ratios.cpu),
    (.memoryMB, reported.memoryMB, UInt64(reported.reservedMemoryMB), ratios.memory),
    (.diskGB, reported.diskGB, 0, ratios.disk),
  ]
  return totals.map { resource, total, reserved, ratio in
    StoredInventory(
      node: node, resource: resource.rawValue, total: Int64(clamping: total),
      reserved: Int64(clamping: min(reserved, total)),
      allocationRatio: ratio, minUnit: 1,
      maxUnit: max(1, Int64(clamping: total)), stepSize: 1)
  }
}

extension NodeInventory {
  init(_ reported: NodeProtocol.Inventory) {
    self.init(
      cpus: Int64(reported.cpus), memoryMB: Int64(clamping: reported.memoryMB),
      diskGB: Int64(clamping: reported.diskGB),
      reservedMemoryMB: Int64(reported.reservedMemoryMB),
      hypervisorType: reported.hypervisorType,
      hypervisorVersion: Int64(reported.hypervisorVersion),
      virtualization: reported.virtualization,
      virtualizationReason: reported.virtualizationReason, cpuModel: reported.cpuModel,
      cpuVendor: reported.cpuVendor, architecture: reported.architecture,
      traits: reported.traits, physicalNetworks: reported.physicalNetworks)
  }
}
