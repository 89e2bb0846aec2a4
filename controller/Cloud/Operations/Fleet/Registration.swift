// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Fleet
import Log
import NodeProtocol
import Placement
import StateDigest
import Store

extension Cloud {
  /// Records what a node says of itself and settles what it holds with what is on record.
  func recordRegistration(
    _ node: NodeID, _ request: RegisterRequest, from address: String?
  ) async throws(RoostError) -> [Desired] {
    let (now, settings) = (clock.now, settings)
    let settled = try await store.write { (tx) throws(RoostError) in
      try tx.settle(
        node, request, holding: request.held, told: try tx.desired(on: node), from: address,
        settings, at: now)
    }
    tell(of: settled.orphans, on: node)
    return settled.desired
  }

  /// The same for a node that names only what the records don't have, and says in a digest that the
  /// rest is as they have it.
  func recordResumption(
    _ node: NodeID, _ resumption: Resumption, from address: String?
  ) async throws(RoostError) -> ResumptionOutcome {
    let (now, settings) = (clock.now, settings)
    let (outcome, orphans) = try await store.write {
      (tx) throws(RoostError) -> (ResumptionOutcome, [Orphan]) in
      let told = try tx.desired(on: node)
      switch resumption.held(onRecord: try tx.known(on: node, told)) {
      case .wanted(let buckets): return (.wanted(buckets), [])
      case .complete(let held):
        let settled = try tx.settle(
          node, resumption.registration, holding: held, told: told, from: address, settings,
          at: now)
        let recorded = resumption.unlike(try tx.recordedReports(of: node))
        return (.registered(settled.desired, recorded), settled.orphans)
      }
    }
    tell(of: orphans, on: node)
    return outcome
  }

  private func tell(of orphans: [Orphan], on node: NodeID) {
    for orphan in orphans where orphan.removal == nil {
      log.warning(
        "the node holds an instance that no record knows; it is left alone",
        [.node: node, .instance: orphan.instance])
    }
  }
}

extension Transaction {
  /// What a node holds as far as the records go: what it was told, and its orphans.
  fileprivate func known(on node: NodeID, _ records: [DesiredRecord]) throws(RoostError)
    -> [Held]
  {
    let told = records.map { record in
      var held = Held()
      held.instanceID = record.instance
      held.generation = record.generation
      held.target = Desired.Target(record.target)
      return held
    }
    let instances = Set(told.map(\.instanceID))
    return told
      + (try orphans(on: node)).filter { !instances.contains($0.instance) }.map { orphan in
        var held = Held()
        held.instanceID = orphan.instance
        held.generation = orphan.generation
        return held
      }
  }

  fileprivate func recordedReports(of node: NodeID) throws(RoostError) -> [EntryDigest] {
    try reportDigests(of: node).compactMap { EntryDigest(of: $0, bytes: $1) }
  }

  /// - Parameter told: what is on record for the node now.
  fileprivate func settle(
    _ node: NodeID, _ request: RegisterRequest, holding named: [Held], told: [DesiredRecord],
    from address: String?, _ settings: Cloud.Settings, at now: Timestamp
  ) throws(RoostError) -> (desired: [Desired], orphans: [Orphan]) {
    try register(
      node, hostName: request.hostName, address: address, agentVersion: request.agentVersion,
      inventory: NodeInventory(request.inventory), zone: settings.availabilityZone, at: now)
    for inventory in initialInventories(of: node, request.inventory, settings.initialRatios) {
      try setInventory(inventory)
    }
    let held = newest(of: named)
    try outdo(held, at: now)
    // What a node has as it is on record is nearly all there is, and needs no look at more.
    let onRecord = Dictionary(uniqueKeysWithValues: told.map { ($0.instance, $0.generation) })
    let differing = held.filter { onRecord[$0.instanceID] != $0.generation }
    let orphans = try judge(differing, on: node, at: now)
    try setOrphans(orphans, of: node)
    // Judging may have changed the records of what differs.
    let wanted = differing.isEmpty ? told : try desired(on: node)
    return (try difference(of: wanted, to: held, on: node), orphans)
  }
}

extension Transaction {
  /// What a node must be told: each state whose generation isn't the one it holds, and which orphans
  /// an operator wants removed.
  fileprivate func difference(
    of wanted: [DesiredRecord], to held: [Held], on node: NodeID
  ) throws(RoostError) -> [Desired] {
    var difference: [Desired] = []
    let generations = Dictionary(uniqueKeysWithValues: held.map { ($0.instanceID, $0.generation) })
    for record in wanted where generations[record.instance] != record.generation {
      difference.append(try told(record))
    }
    for orphan in try orphans(on: node) {
      if let removal = orphan.removalOrder { difference.append(removal) }
    }
    return difference
  }

  /// A record as the node is told it.
  func told(_ record: DesiredRecord) throws(RoostError) -> Desired {
    var desired = Desired()
    desired.instanceID = record.instance
    desired.generation = record.generation
    desired.target = Desired.Target(record.target)
    guard record.target != .absent else { return desired }
    // What became of a server after the backup that its record comes from, nobody knows: it may
    // have run and been deleted since, and must not be made anew.
    let isFromBackup = try isFromBackup(record)
    let hasLaunched = try instance(record.instance)?.launchedAt != nil
    desired.launched = isFromBackup || hasLaunched
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

  /// Whether nothing was told of it since the store was restored.
  func isFromBackup(_ record: DesiredRecord) throws(RoostError) -> Bool {
    try record.generation.epoch < newestGeneration().epoch
  }

  /// Makes sure that what is told from now on is newer than what a node holds: one that holds more
  /// than was ever handed out has met a store that was set back.
  fileprivate func outdo(_ held: [Held], at time: Timestamp) throws(RoostError) {
    let known = try newestGeneration()
    guard let most = held.map(\.generation).max(), most > known else { return }
    // Epochs begin at the time of a restore. A node that claims one far ahead is not believed: it
    // could use up all there are.
    guard most.epoch <= max(known.epoch, time.epochSeconds) + 1000 else {
      throw RoostError(
        .badRequest, "The node holds generation \(most), which no controller can have told it.")
    }
    try beginEpoch(after: most, at: time)
  }

  /// Settles what a node holds and no record says with what is on record. What no record explains is
  /// returned.
  fileprivate func judge(_ held: [Held], on node: NodeID, at time: Timestamp)
    throws(RoostError) -> [Orphan]
  {
    let known = try orphans(on: node)
    let epoch = try newestGeneration().epoch
    var orphans: [Orphan] = []
    for one in held {
      let told = try desired(of: one.instanceID)
      let instance = try instance(one.instanceID)
      switch HeldRule.judge(one, on: node, told: told, instance: instance, epoch: epoch) {
      case .keep: break
      case .takeOver(let target): try takeOver(target, of: one.instanceID, on: node, at: time)
      case .revoke: _ = try revoke(one.instanceID, on: node)
      case .orphan:
        var orphan = Orphan(
          node: node, instance: one.instanceID, generation: one.generation, firstSeenAt: time)
        if let removal = known.first(where: { $0.instance == one.instanceID })?.removal {
          orphan.removal = removal >= one.generation ? removal : try nextGeneration()
        }
        orphans.append(orphan)
      }
    }
    return orphans
  }

  private func takeOver(
    _ target: DesiredRecord.Target, of id: InstanceID, on node: NodeID, at time: Timestamp
  ) throws(RoostError) {
    guard var record = try desired(id, on: node), var instance = try instance(id) else { return }
    guard target != .absent else {
      // Its deletion was acknowledged after the backup, or before it; either way it goes on.
      instance.taskState = .deleting
      instance.updatedAt = time
      try update(instance)
      _ = try revoke(id, on: node)
      return
    }
    record.target = target
    record.generation = try nextGeneration()
    record.isSettled = false
    try set(record, spec: nil)
  }
}

extension Desired.Target {
  /// A record's target as nodes are told it.
  init(_ target: DesiredRecord.Target) {
    self =
      switch target {
      case .running: .running
      case .stopped: .stopped
      case .absent: .absent
      }
  }
}

extension Orphan {
  /// What its node is told once an operator has ordered its removal.
  var removalOrder: Desired? {
    guard let removal else { return nil }
    var desired = Desired()
    desired.instanceID = instance
    desired.generation = removal
    desired.target = .absent
    return desired
  }
}

/// Each instance once, as it was named newest, by instance.
private func newest(of held: [Held]) -> [Held] {
  Dictionary(grouping: held.filter { $0.instanceID != .zero }, by: \.instanceID).values
    .compactMap { $0.max { $0.generation < $1.generation } }
    .sorted { $0.instanceID < $1.instanceID }
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
