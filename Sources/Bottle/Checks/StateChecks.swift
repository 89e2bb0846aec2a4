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
    var revocations = Revocations()
    var violations: [Violation] = []
    var checked: UInt64 = 0
  }

  /// Steps in no time that no honest work takes.
  private static let circle: UInt64 = 1_000_000

  private let world: World
  private let watch: StoreWatch
  private let journals: JournalChecks
  private let overdue: Overdue
  private let isRereading: Bool
  private let state = Mutex(State())
  // Asked after every step, of which most concern nothing here.
  private let isDue = Atomic(false)
  private let isGood = Atomic(true)

  /// - Parameter rereading: also reads the whole store after every commit, to see whether what was read of
  ///   changes agrees with it.
  init(_ world: World, rereading: Bool = false) {
    self.world = world
    isRereading = rereading
    watch = StoreWatch(world.controller)
    journals = JournalChecks(world)
    overdue = Overdue(world)
  }

  /// A commit may have been made: records are looked at when the step has ended.
  func commitIsDue() { isDue.store(true, ordering: .relaxed) }

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
    guard isDue.load(ordering: .relaxed) else { return isGood.load(ordering: .relaxed) }
    isDue.store(false, ordering: .relaxed)
    guard world.door.isOpen, let look = watch.look() else {
      return isGood.load(ordering: .relaxed)
    }
    state.withLock { state in
      state.checked += 1
      state.revocations.note(look.now)
    }
    world.recorder.tell(
      "controller", .commit,
      "\(look.serverCount) servers are on record, \(look.unsettledCount) states to be settled")
    for finding in look.now.records.findings() {
      report(Violation(.records, finding.text, subject: finding.instance?.description))
    }
    overdue.note(look)
    for violation in journals.violations(look) { report(violation) }
    lookForUnaskedRemovals(look.now)
    lookAtPlaces(look)
    lookForLeftovers(look)
    if isRereading { compare() }
    return isGood.load(ordering: .relaxed)
  }

  /// Looks at what is still to be looked at, and then whether nothing was ever missed.
  func lookAtAll() {
    commitIsDue()
    if afterStep(), world.door.isOpen { compare() }
  }

  private func compare() {
    guard watch.agrees() == false else { return }
    report(Violation(.records, "What was read after each commit is not what the store says."))
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
  private func lookAtPlaces(_ look: StoreWatch.Look) {
    for server in look.added {
      guard let node = server.node, look.closed.contains(node) else { continue }
      report(
        Violation(
          .outOfService, "Server \(server.id) was placed on node \(node), which is disabled.",
          subject: "\(server.id)"))
    }
  }

  /// When the records forget what a node was told to remove, nothing of it may be left there, unless a call
  /// of that node ever lied.
  private func lookForLeftovers(_ look: StoreWatch.Look) {
    guard let before = look.before?.records else { return }
    let left = Set(look.now.records.desired.map { Told(instance: $0.instance, node: $0.node) })
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
      for instance in node.hypervisor.host.running {
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
    for violation in overdue.violations() { report(violation) }
  }

  /// Guests that are gone and that no node was told to remove: those that the records want, and those that
  /// no record knows any more since a backup was restored.
  private func lookForLost() {
    let (before, gone) = state.withLock { ($0.defined, $0.gone) }
    var changed: [NodeID: Set<InstanceID>] = [:]
    var lost: [(node: NodeMachine, instance: InstanceID)] = []
    for node in world.nodes {
      let present = node.hypervisor.host.instances
      let past = before[node.id] ?? []
      guard present != past else { continue }
      changed[node.id] = present
      for instance in (gone[node.id] ?? []).intersection(present).sorted() {
        report(
          Violation(
            .staysGone, "The guest of instance \(instance) was removed and is made anew.",
            subject: "\(instance)"))
      }
      for instance in past.subtracting(present).sorted() { lost.append((node, instance)) }
    }
    // What can't be judged now is judged when the store can be read.
    if !lost.isEmpty {
      let touched = StoreChanges.Touched(
        instances: Set(lost.map(\.instance)), nodes: Set(lost.map(\.node.id)))
      guard let reading = watch.glance(at: touched) else { return }
      judge(lost, reading)
    }
    state.withLock { [changed] in $0.defined.merge(changed) { $1 } }
  }

  /// Guests went: whether that was to be.
  private func judge(_ lost: [(node: NodeMachine, instance: InstanceID)], _ reading: StoreReading) {
    let revocations = state.withLock { state in
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
      isGood.store(false, ordering: .relaxed)
      return true
    }
    if isNew {
      world.recorder.tell("checker", .finding, "\(violation)", subject: violation.subject)
    }
  }
}
