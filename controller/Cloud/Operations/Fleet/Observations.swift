// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Database
import Fleet
import Log
import NodeProtocol
import StateDigest
import Store

extension Cloud {
  /// Records a report in one transaction; what follows from it is told to the node afterwards.
  func recordObservations(_ node: NodeID, _ observations: [Observation]) async throws(RoostError) {
    guard !observations.isEmpty else { return }
    let now = clock.now
    crashPoints.reach(
      settled: .observeSettledBeforeCommit, gone: .observeGoneBeforeCommit, observations)
    let outcomes = try await store.write { [crashPoints] (tx) throws(RoostError) -> [Outcome] in
      let host = try tx.node(node)?.hostName
      var outcomes: [Outcome] = []
      for observation in observations {
        outcomes.append(try tx.record(observation, from: node, host: host, at: now))
      }
      crashPoints.reach(settled: .observeSettledWritten, gone: .observeGoneWritten, observations)
      return outcomes
    }
    crashPoints.reach(
      settled: .observeSettledAfterCommit, gone: .observeGoneAfterCommit, observations)
    var hasEnded = false
    for (observation, outcome) in zip(observations, outcomes) {
      let fields: KeyValuePairs<LogField, any CustomStringConvertible & Sendable> = [
        .node: node, .instance: observation.instanceID,
      ]
      switch outcome {
      case .recorded(let push):
        if observation.phase != .working {
          hasEnded = true
          log.info("\(observation.phase): \(observation.failure)", fields)
        }
        if let push { await fleet.apply(push.node, [push.desired]) }
      case .stale: log.debug("a stale report of generation \(observation.generation)", fields)
      case .unknown:
        log.warning("the node reports an instance that no record knows; it is left alone", fields)
      }
    }
    // A deleted image's file was kept for servers that were being built from it.
    if hasEnded { await images.sweep() }
  }
}

extension CrashPoints {
  fileprivate func reach(
    settled: CrashPoint, gone: CrashPoint, _ observations: [Observation]
  ) {
    for observation in observations {
      switch observation.phase {
      case .settled: reach(settled)
      case .gone: reach(gone)
      default: break
      }
    }
  }
}

/// What a report led to.
private enum Outcome: Sendable {
  case recorded(Cloud.Push?)
  case stale
  case unknown
}

extension Transaction {
  /// Records a report, and with it its digest: a node that comes back does not repeat what is
  /// recorded. A stale one leaves no digest, for nothing of it is recorded.
  fileprivate func record(
    _ observation: Observation, from node: NodeID, host: String?, at time: Timestamp
  ) throws(RoostError) -> Outcome {
    let outcome = try take(observation, from: node, host: host, at: time)
    if case .recorded = outcome, observation.phase != .gone {
      try setReported(
        EntryDigest(observation).bytes, of: observation.instanceID, on: node)
    }
    return outcome
  }

  private func take(
    _ observation: Observation, from node: NodeID, host: String?, at time: Timestamp
  ) throws(RoostError) -> Outcome {
    if observation.phase == .gone,
      try forgetOrphan(observation.instanceID, on: node, goneAt: observation.generation)
    {
      return .recorded(nil)
    }
    guard var instance = try self.instance(observation.instanceID) else { return .unknown }
    guard let told = try desired(instance.id, on: node),
      observation.generation == told.generation || PlantedBug.staleReportTaken.isPlanted
    else { return .stale }
    instance.updatedAt = time
    switch observation.phase {
    case .working:
      try beginStep(
        String(observation.step.prefix(255)), instance: instance.id, host: host, at: time)
    case .settled:
      return .recorded(try settle(&instance, told, observation, at: time))
    case .failed:
      return .recorded(try fail(&instance, told, observation, host: host, at: time))
    case .gone:
      try vanish(&instance, told, at: time)
    case .unspecified:
      return .stale
    }
    return .recorded(nil)
  }

  /// The node has it as it was told.
  private func settle(
    _ instance: inout Instance, _ told: DesiredRecord, _ observation: Observation,
    at time: Timestamp
  ) throws(RoostError) -> Cloud.Push? {
    // A revoked instance is settled only by being gone.
    guard told.target != .absent else { return nil }
    let power = PowerState(rawValue: Int64(observation.powerState)) ?? .noState
    let state = VMState(settledAt: power)
    instance.powerState = power
    instance.vmState = state
    instance.taskState = nil
    instance.progress = state == .active ? 100 : instance.progress
    instance.domainName = observation.domainName
    if !observation.machineType.isEmpty { instance.machineType = observation.machineType }
    if instance.launchedAt == nil { instance.launchedAt = time }
    instance.fault = state == .error ? instance.fault : nil
    try update(instance)
    try endSteps(instance: instance.id, failure: nil, at: time)
    for var port in try ports(of: instance.id) where port.status != .active {
      port.status = .active
      port.updatedAt = time
      try update(port)
    }
    var settled = told
    settled.isSettled = true
    // A guest that has switched itself off stays off, as in Nova.
    if power == .shutDown, told.target == .running {
      settled.target = .stopped
      settled.generation = try nextGeneration()
      settled.isSettled = false
      try set(settled, spec: nil)
      return Cloud.Push(node: told.node, desired: try self.told(settled))
    }
    try set(settled, spec: nil)
    return nil
  }

  /// The node can't make it so. A server that never ran gives back its claim and its ports in this
  /// commit, and is revoked.
  private func fail(
    _ instance: inout Instance, _ told: DesiredRecord, _ observation: Observation,
    host: String?, at time: Timestamp
  ) throws(RoostError) -> Cloud.Push? {
    let text = String(observation.failure.prefix(4096))
    var message = text.isEmpty ? "The node could not do it and gave no reason." : text
    // Not a step that failed, but something that is not there.
    if observation.step.isEmpty, try isFromBackup(told) {
      message += " Its record was restored from a backup: it may have been deleted since."
    }
    if !observation.step.isEmpty {
      try beginStep(
        String(observation.step.prefix(255)), instance: instance.id, host: host, at: time)
    }
    try endSteps(instance: instance.id, failure: message, at: time)
    guard told.target != .absent else { return nil }
    instance.fault = Fault(
      code: 500, message: message,
      details: observation.step.isEmpty ? message : "\(observation.step): \(message)",
      createdAt: time)
    instance.vmState = .error
    if instance.taskState != .deleting { instance.taskState = nil }
    guard instance.launchedAt == nil else {
      try update(instance)
      var unsettled = told
      unsettled.isSettled = false
      try set(unsettled, spec: nil)
      return nil
    }
    instance.node = nil
    try update(instance)
    if !PlantedBug.failedClaimKept.isPlanted { try releaseClaims(of: instance.id) }
    try releaseInterfaces(of: instance.id, at: time)
    return try revoke(instance.id, on: told.node)
  }

  /// Nothing is left of it on the node.
  private func vanish(_ instance: inout Instance, _ told: DesiredRecord, at time: Timestamp)
    throws(RoostError)
  {
    guard told.target == .absent else { return }
    try removeDesired(instance.id, on: told.node)
    // Another node may still have something of it, as one that was cut off while it moved.
    guard instance.taskState == .deleting, try desired(of: instance.id).isEmpty else { return }
    try bury(&instance, at: time)
  }
}
