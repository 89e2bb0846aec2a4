// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Hypervisor
import Invariants
import Simulation
import Synchronization

/// What must hold at every moment, looked at after commits and at quiet moments.
final class StateChecks: Sendable {
  private struct State {
    /// Domains that were defined when last looked at, by node.
    var defined: [NodeID: Set<InstanceID>] = [:]
    /// Those that went after they were revoked.
    var gone: [NodeID: Set<InstanceID>] = [:]
    /// Servers and disabled nodes at the last look at the records.
    var seen: Set<InstanceID> = []
    var closed: Set<NodeID> = []
    var records: FleetRecords?
    /// The records' epoch at that look. Those of another come from a backup.
    var epoch: UInt64 = 0
    var revocations = Revocations()
    var violations: [Violation] = []
    var isDue = false
    var checked: UInt64 = 0
  }

  /// Steps in no time that no honest work takes.
  private static let circle: UInt64 = 1_000_000

  private let world: World
  private let state = Mutex(State())

  init(_ world: World) { self.world = world }

  /// A commit may have been made: records are looked at when the step has ended.
  func commitIsDue() { state.withLock { $0.isDue = true } }

  /// What was found to be wrong so far.
  var violations: [Violation] { state.withLock { $0.violations } }

  /// What nodes were ever told to remove.
  var revocations: Revocations { state.withLock { $0.revocations } }

  /// How often records were looked at.
  var checked: UInt64 { state.withLock { $0.checked } }

  /// Looks at records if a commit was made. Returns whether all is well.
  func afterStep() -> Bool {
    if world.timeline.stepsAtThisMoment > Self.circle {
      report(Violation(.converges, "A program goes round in a circle while no time passes."))
      return false
    }
    let isDue = state.withLock { state in
      defer { state.isDue = false }
      return state.isDue
    }
    guard isDue, world.door.isOpen, let reading = StoreReading(world.controller) else {
      return violations.isEmpty
    }
    state.withLock { state in
      state.checked += 1
      state.revocations.note(reading)
      // What was looked at before a restore says nothing of what came after it.
      if state.epoch != reading.epoch { (state.closed, state.records) = ([], nil) }
      state.epoch = reading.epoch
    }
    let unsettled = reading.records.desired.filter { !$0.isSettled }.count
    world.recorder.tell(
      "controller", .commit,
      "\(reading.servers.count) servers are on record, \(unsettled) states to be settled")
    for finding in reading.records.findings() {
      report(Violation(.records, finding.text, subject: finding.instance?.description))
    }
    lookForUnaskedRemovals(reading)
    lookAtPlaces(reading)
    lookForLeftovers(reading)
    return violations.isEmpty
  }

  /// What was ever as it should be is removed only because somebody has asked for it.
  private func lookForUnaskedRemovals(_ reading: StoreReading) {
    let revocations = revocations
    let removals =
      reading.records.desired.filter {
        $0.isAbsent && revocations.hasSettled($0.instance, on: $0.node)
      }
      .map { ($0.instance, $0.node) }
      + reading.orphans.filter { $0.removal != nil }.map { ($0.instance, $0.node) }
    for (instance, node) in removals where !world.ledger.isGivenUp("\(instance)") {
      report(
        Violation(
          .keptUntilRevoked,
          "Node \(node) is to remove instance \(instance), and nobody has asked for that.",
          subject: "\(instance)"))
    }
  }

  /// What is new must not be where an operator lets nothing new go. What was closed in the same commit may
  /// have been closed after it.
  private func lookAtPlaces(_ reading: StoreReading) {
    let (seen, closed) = state.withLock { state in
      defer {
        state.seen = Set(reading.servers.map(\.id))
        state.closed = reading.closed
      }
      return (state.seen, state.closed.intersection(reading.closed))
    }
    for server in reading.servers where !seen.contains(server.id) {
      guard let node = server.node, closed.contains(node) else { continue }
      report(
        Violation(
          .outOfService, "Server \(server.id) was placed on node \(node), which is disabled.",
          subject: "\(server.id)"))
    }
  }

  /// When the records forget what a node was told to remove, nothing of it may be left there, unless a call
  /// of that node ever lied.
  private func lookForLeftovers(_ reading: StoreReading) {
    let before = state.withLock { state in
      defer { state.records = reading.records }
      return state.records
    }
    guard let before else { return }
    let left = Set(reading.records.desired.map { Told(instance: $0.instance, node: $0.node) })
    for told in before.desired where told.isAbsent {
      guard !left.contains(Told(instance: told.instance, node: told.node)),
        let node = world.nodes.first(where: { $0.id == told.node }),
        !world.scenario.plan.hasLies(on: node.machine.name)
      else { continue }
      let ports = Set(before.ports.filter { $0.instance == told.instance }.map(\.id))
      for leftover in node.leftovers(of: told.instance, ports: ports) {
        report(
          Violation(
            .nothingLeft,
            "\(leftover) is left on \(node.machine.name) of instance "
              + "\(told.instance), which is said to be gone.", subject: "\(told.instance)"))
      }
    }
  }

  private struct Told: Hashable {
    let instance: InstanceID
    let node: NodeID
  }

  /// Looks at what is on the nodes, whatever anybody says of it.
  func atQuietMoment() {
    var runsOn: [InstanceID: String] = [:]
    for node in world.nodes {
      for domain in node.hypervisor.host.domains where domain.powerState == .running {
        guard let instance = domain.instance else { continue }
        let name = "\(node.machine.name)"
        if let other = runsOn.updateValue(name, forKey: instance) {
          report(
            Violation(
              .runsOnce, "Instance \(instance) runs on \(other) and on \(name).",
              subject: "\(instance)"))
        }
      }
    }
    lookForLost()
  }

  /// Guests that are gone and that no node was told to remove: those that the records want, and those that
  /// no record knows any more since a backup was restored.
  private func lookForLost() {
    let before = state.withLock { $0.defined }
    var now: [NodeID: Set<InstanceID>] = [:]
    var lost: [(node: NodeMachine, instance: InstanceID)] = []
    for node in world.nodes {
      let present = Set(node.hypervisor.host.domains.compactMap(\.instance))
      now[node.id] = present
      for instance in (state.withLock { $0.gone[node.id] } ?? []).intersection(present).sorted() {
        report(
          Violation(
            .staysGone, "The guest of instance \(instance) was removed and is made anew.",
            subject: "\(instance)"))
      }
      for instance in (before[node.id] ?? []).subtracting(present).sorted() {
        lost.append((node, instance))
      }
    }
    // What can't be judged now is judged when the store can be read.
    guard !lost.isEmpty, let reading = StoreReading(world.controller) else {
      if lost.isEmpty { state.withLock { [now] in $0.defined = now } }
      return
    }
    let revocations = state.withLock { [now] state in
      state.defined = now
      state.revocations.note(reading)
      return state.revocations
    }
    for (node, instance) in lost {
      guard !revocations.hasRevoked(instance, on: node.id) else {
        state.withLock { _ = $0.gone[node.id, default: []].insert(instance) }
        continue
      }
      let told = reading.records.desired.first { $0.instance == instance && $0.node == node.id }
      // While something is changed a guest may be away.
      guard told?.isSettled ?? revocations.hasSettled(instance, on: node.id) else { continue }
      report(
        Violation(
          .keptUntilRevoked,
          "The guest of instance \(instance) is gone from \(node.machine.name), and nobody has "
            + "revoked it.", subject: "\(instance)"))
    }
  }

  func report(_ violation: Violation) {
    let isNew = state.withLock { state in
      guard !state.violations.contains(violation) else { return false }
      state.violations.append(violation)
      return true
    }
    if isNew {
      world.recorder.tell("checker", .finding, "\(violation)", subject: violation.subject)
    }
  }
}
