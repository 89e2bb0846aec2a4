// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Log
import NodeProtocol
import Placement
import Store

/// What came of a request for servers.
public struct CreatedServers: Sendable, Hashable {
  /// Names the request, for a later list of what it made.
  public let reservationID: String
  public let servers: [Instance]
  /// The names of their security groups.
  public let securityGroups: [String]
}

extension Cloud {
  /// Makes servers: one transaction writes them with their claims, ports and what their nodes are
  /// to be told. A server that no host has room for is made in ERROR with the explanation, as in
  /// Nova.
  public func createServers(_ draft: ServerDraft, for caller: Caller) async throws(RoostError)
    -> CreatedServers
  {
    try caller.requireWriting()
    if draft.host != nil { try caller.requireAdmin(to: "choose a server's host") }
    let limit = settings.maximumServersPerRequest
    guard (1...limit).contains(draft.maximumCount) else {
      throw RoostError(
        .overQuota,
        "Quota exceeded for instances: Requested \(draft.maximumCount), but one request may ask "
          + "for \(limit).", field: "server.max_count")
    }
    try await ensureDefaultGroup(of: caller.project)
    let conditions = await fleet.conditions
    let reservationID = "r-" + Self.shortText(randomness)
    crashPoints.reach(.createServerBeforeCommit)
    let (servers, pushes) = try await store.write { [self] (tx) throws(RoostError) in
      let made = try create(
        draft, reservationID: reservationID, on: conditions, for: caller, in: tx)
      crashPoints.reach(.createServerWritten)
      return made
    }
    crashPoints.reach(.createServerAfterCommit)
    for push in pushes { await fleet.apply(push.node, [push.desired]) }
    for server in servers {
      log.info(
        "server accepted: \(server.vmState.rawValue)",
        [.instance: server.id, .request: caller.requestID, .operation: "create"])
    }
    return CreatedServers(
      reservationID: reservationID, servers: servers, securityGroups: ["default"])
  }

  struct Push: Sendable {
    let node: NodeID
    let desired: Desired
  }

  private func create(
    _ draft: ServerDraft, reservationID: String, on conditions: [NodeID: NodeCondition],
    for caller: Caller, in tx: Transaction
  ) throws(RoostError) -> ([Instance], [Push]) {
    let plan = try plan(draft, for: caller, in: tx)
    var servers: [Instance] = []
    var pushes: [Push] = []
    for index in 0..<draft.maximumCount {
      var instance = newInstance(
        draft, plan, index: index, reservationID: reservationID, caller: caller)
      let decision = place(
        PlacementRequest(
          RequestShape(
            resources: needs(of: plan.flavor.size), physicalNetworks: plan.physicalNetworks,
            availabilityZone: draft.availabilityZone),
          hostName: draft.host), on: try tx.hosts(in: conditions))
      let why = decision.explanation
      if let node = decision.node {
        instance.node = node
        instance.taskState = .spawning
        try tx.insert(instance, placement: why.text)
        pushes.append(try claim(instance, on: node, plan, in: tx))
      } else {
        instance.vmState = .error
        instance.taskState = nil
        instance.fault = Fault(
          code: 500, message: "No valid host was found. \(why.text(namingHosts: false))",
          details: why.text, createdAt: instance.createdAt)
        try tx.insert(instance, placement: why.text)
      }
      try tx.insertAction("create", instance: instance.id, by: caller, at: instance.createdAt)
      if decision.node == nil {
        try tx.beginStep(
          "schedule", instance: instance.id, host: nil, at: instance.createdAt)
        try tx.endSteps(
          instance: instance.id, failure: instance.fault?.message, at: instance.createdAt)
      }
      servers.append(instance)
    }
    return (servers, pushes)
  }

  /// What all servers of a request have in common.
  private struct Plan {
    let flavor: Flavor
    let image: CloudModel.Image
    let content: ImageContent
    let publicKey: String?
    let interfaces: [PlannedInterface]

    var physicalNetworks: [String] {
      interfaces.map(\.network.physicalNetwork).reduce(into: []) {
        if !$0.contains($1) { $0.append($1) }
      }
    }
  }

  private func plan(_ draft: ServerDraft, for caller: Caller, in tx: Transaction)
    throws(RoostError) -> Plan
  {
    let flavor: Flavor
    do throws(RoostError) {
      flavor = try tx.visibleFlavor(draft.flavor, to: caller)
    } catch {
      guard error.kind == .notFound else { throw error }
      throw RoostError(.badRequest, error.user, field: "server.flavorRef")
    }
    guard let image = try tx.image(draft.image), image.isVisible(to: caller) else {
      throw RoostError(
        .badRequest, "Image \(draft.image) could not be found.", field: "server.imageRef")
    }
    let content = try checkBootable(image, with: flavor)
    var publicKey: String?
    if let name = draft.keyName {
      publicKey = try tx.keyPair(name, of: caller.user)?.publicKey
      guard publicKey != nil else {
        throw RoostError(
          .badRequest, "Invalid key_name provided: the user has no key pair \(name).",
          field: "server.key_name")
      }
    }
    let groups = try tx.securityGroups(of: caller.project)
    for (place, name) in draft.securityGroups.enumerated()
    where !groups.contains(where: { $0.name == name || $0.id.description == name }) {
      throw RoostError(
        .badRequest,
        "Security group \(name) not found for project \(caller.project.hex).",
        field: "server.security_groups[\(place)]")
    }
    if let zone = draft.availabilityZone,
      try !tx.nodes().contains(where: { $0.availabilityZone == zone }),
      zone != settings.availabilityZone
    {
      throw RoostError(
        .badRequest, "The requested availability zone is not available",
        field: "server.availability_zone")
    }
    return Plan(
      flavor: flavor, image: image, content: content, publicKey: publicKey,
      interfaces: try tx.plannedInterfaces(
        draft.networks, count: draft.maximumCount, for: caller))
  }

  private func newInstance(
    _ draft: ServerDraft, _ plan: Plan, index: Int64, reservationID: String, caller: Caller
  ) -> Instance {
    let id = InstanceID.random(from: randomness)
    let suffix = draft.maximumCount > 1 ? "-\(index + 1)" : ""
    return Instance(
      id: id, project: caller.project, user: caller.user, name: draft.name + suffix,
      description: draft.description,
      hostName: draft.hostName.map { $0 + suffix } ?? hostName(from: draft.name + suffix, id: id),
      flavor: plan.flavor, image: plan.image.id, imageProperties: plan.image.properties,
      keyName: draft.keyName, metadata: draft.metadata, userData: draft.userData,
      hasConfigDrive: true, requestedZone: draft.availabilityZone, reservationID: reservationID,
      launchIndex: index, createdAt: clock.now)
  }

  private func claim(_ instance: Instance, on node: NodeID, _ plan: Plan, in tx: Transaction)
    throws(RoostError) -> Push
  {
    for need in needs(of: plan.flavor.size) {
      try tx.claim(need.resource.rawValue, need.amount, on: node, for: instance.id)
    }
    let interfaces = try tx.bindInterfaces(
      plan.interfaces, to: instance, randomness: randomness)
    let zone = try tx.node(node)?.availabilityZone ?? settings.availabilityZone
    var desired = Desired()
    desired.instanceID = instance.id
    desired.generation = try tx.nextGeneration()
    desired.target = .running
    let spec = try guestSpecification(
      of: instance, image: plan.image, content: plan.content, publicKey: plan.publicKey,
      zone: zone, interfaces: interfaces)
    desired.spec = spec
    try tx.set(
      DesiredRecord(
        instance: instance.id, node: node, generation: desired.generation, target: .running,
        isSettled: false), spec: spec.encoded)
    return Push(node: node, desired: desired)
  }

  /// Eight letters and digits, as in Nova's reservation ids.
  private static func shortText(_ randomness: any Randomness) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    return String(randomness.bytes(8).map { letters[Int($0) % letters.count] })
  }
}
