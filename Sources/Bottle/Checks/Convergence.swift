// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import ControllerDaemon
import Fleet
import Hypervisor
import Invariants
import Simulation
import Switch

/// What still keeps a cloud from rest: empty when everything is as it should be.
enum Convergence {
  static func outstanding(_ world: World, _ revocations: Revocations) async -> [String] {
    guard world.door.isOpen, let core = world.controller.core else {
      return ["the controller does not serve"]
    }
    let connected = await core.fleet.connected
    var missing = world.nodes.filter { !connected.contains($0.id) }
      .map { "\($0.machine.name) is not registered" }
    guard let reading = StoreReading(world.controller) else {
      return missing + ["the store can't be read"]
    }
    missing += reading.orphans.map {
      "node \($0.node) has the orphan \($0.instance)"
        + ($0.removal == nil ? "" : ", whose removal was ordered")
    }
    let lost = reading.lost(revocations)
    for desired in reading.records.desired
    where desired.isAbsent || !desired.isSettled && !lost.contains(desired.instance) {
      missing.append(
        "node \(desired.node) has not settled instance \(desired.instance)"
          + (desired.isAbsent ? ", which is to go" : ""))
    }
    for server in reading.servers where !server.isDeleted {
      if server.vmState == .building || server.taskState != nil {
        missing.append(
          "server \(server.id) is \(server.vmState.rawValue)"
            + (server.taskState.map { " (\($0.rawValue))" } ?? ""))
      }
    }
    let conditions = await core.fleet.conditions(of: world.nodes.map(\.id))
    for (node, condition) in zip(world.nodes, conditions) where condition.state != .up {
      missing.append("\(node.machine.name) counts as \(condition.state.rawValue)")
    }
    for node in world.nodes {
      missing += differences(node, reading, lost) + powerDifferences(node, reading)
    }
    // No client ever stops a server.
    if !world.scenario.plan.hasGuestFaults, !world.scenario.plan.hasLies {
      for server in reading.servers where !server.isDeleted && server.vmState == .stopped {
        missing.append("server \(server.id) is stopped, and nobody has stopped it")
      }
    }
    return missing
  }

  /// Servers whose state is not that of their guests.
  private static func powerDifferences(_ node: NodeMachine, _ reading: StoreReading) -> [String] {
    reading.servers.compactMap { server in
      guard !server.isDeleted, server.node == node.id, server.launchedAt != nil else { return nil }
      let power = node.hypervisor.host.domain(server.id)?.powerState ?? .noState
      let isRight =
        switch server.vmState {
        case .active: power == .running
        case .paused: power == .paused
        case .stopped: power == .shutdown || power == .crashed || power == .noState
        default: true
        }
      return isRight
        ? nil : "server \(server.id) is \(server.vmState.rawValue), and its guest is \(power)"
    }
  }

  /// What a node has and should not, or has not and should.
  private static func differences(
    _ node: NodeMachine, _ reading: StoreReading, _ lost: Set<InstanceID>
  ) -> [String] {
    let name = node.machine.name
    let wanted = Set(
      reading.records.desired.filter { $0.node == node.id && !$0.isAbsent }.map(\.instance))
    let host = node.hypervisor.host
    let domains = Set(host.domains.compactMap(\.instance))
    let taps = Set(host.taps.compactMap(\.port))
    let ports = Set(
      reading.records.ports.filter { $0.instance.map(wanted.contains) ?? false }.map(\.id))
    let lostPorts = Set(
      reading.records.ports.filter { $0.instance.map(lost.contains) ?? false }.map(\.id))
    var found: [String] = []
    for instance in wanted.subtracting(domains).subtracting(lost).sorted() {
      found.append("\(name) lacks the domain of instance \(instance)")
    }
    for instance in domains.subtracting(wanted).sorted() {
      found.append("\(name) has a domain of instance \(instance), which should not be there")
    }
    for port in ports.subtracting(taps).subtracting(lostPorts).sorted() {
      found.append("\(name) lacks the tap of port \(port)")
    }
    for port in taps.subtracting(ports).sorted() {
      found.append("\(name) has a tap of port \(port), which should not be there")
    }
    let folder = NodeMachine.root + "/instances/"
    for (path, _) in node.machine.volume.contents where path.hasPrefix(folder) {
      let instance = InstanceID(String(path.dropFirst(folder.count).prefix { $0 != "/" }))
      guard !(instance.map(wanted.contains) ?? false) else { continue }
      found.append("\(name) has \(path), which should not be there")
    }
    return found
  }
}

extension StoreReading {
  /// Servers that were deleted, or never got ready, and are on record again because a backup was restored.
  /// They stay in ERROR until somebody deletes them.
  fileprivate func lost(_ revocations: Revocations) -> Set<InstanceID> {
    Set(
      servers.filter { server in
        guard let node = server.node, server.vmState == .error, server.taskState == nil else {
          return false
        }
        return revocations.hasRevoked(server.id, on: node)
      }.map(\.id))
  }
}
