// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Log
import NodeProtocol
import Store

extension Cloud {
  /// Begins to remove a server: its node is told in the same transaction to leave nothing of it.
  /// The server, its claim and its ports go when the node has said that nothing is left; one that
  /// no node ever had goes at once.
  public func deleteServer(_ id: InstanceID, for caller: Caller) async throws(RoostError) {
    try caller.requireWriting()
    let now = clock.now
    crashPoints.reach(.deleteServerBeforeCommit)
    let pushes = try await store.write { [crashPoints] (tx) throws(RoostError) -> [Push] in
      var instance = try tx.visibleInstance(id, to: caller)
      try tx.insertAction("delete", instance: id, by: caller, at: now)
      let told = try tx.desired(of: id)
      guard !told.isEmpty else {
        try tx.bury(&instance, at: now)
        return []
      }
      instance.taskState = .deleting
      instance.updatedAt = now
      try tx.update(instance)
      let pushes = try told.filter { $0.target != .absent }.map { (one) throws(RoostError) in
        try tx.revoke(id, on: one.node)
      }
      crashPoints.reach(.deleteServerWritten)
      return pushes
    }
    crashPoints.reach(.deleteServerAfterCommit)
    for push in pushes { await fleet.apply(push.node, [push.desired]) }
    log.info(
      "server is being deleted",
      [.instance: id, .request: caller.requestID, .operation: "delete"])
  }
}

extension Transaction {
  func visibleInstance(_ id: InstanceID, to caller: Caller) throws(RoostError) -> Instance {
    guard let instance = try instance(id),
      !instance.isDeleted || PlantedBug.deletedSeen.isPlanted, caller.maySee(instance.project)
    else {
      throw RoostError(.notFound, "Instance \(id) could not be found.")
    }
    return instance
  }

  /// Has a node told that an instance is no longer its.
  func revoke(_ instance: InstanceID, on node: NodeID) throws(RoostError) -> Cloud.Push {
    var desired = Desired()
    desired.instanceID = instance
    desired.generation =
      try PlantedBug.generationReused.isPlanted ? newestGeneration() : nextGeneration()
    desired.target = .absent
    if !PlantedBug.revocationUnrecorded.isPlanted {
      try set(
        DesiredRecord(
          instance: instance, node: node, generation: desired.generation, target: .absent,
          isSettled: false), spec: [])
    }
    return Cloud.Push(node: node, desired: desired)
  }

  /// Records that nothing is left of a server: with it go its claims and the ports made for it.
  func bury(_ instance: inout Instance, at time: Timestamp) throws(RoostError) {
    if !PlantedBug.claimKept.isPlanted { try releaseClaims(of: instance.id) }
    if !PlantedBug.interfacesKept.isPlanted { try releaseInterfaces(of: instance.id, at: time) }
    instance.vmState = .deleted
    instance.taskState = nil
    instance.powerState = .noState
    instance.node = nil
    instance.terminatedAt = time
    instance.updatedAt = time
    try endSteps(instance: instance.id, failure: nil, at: time)
    try update(instance)
  }
}
