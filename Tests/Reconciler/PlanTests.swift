// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Journal
import NodeProtocol
import Reconciler
import Testing

/// A node in a few booleans: every step has the effect it promises, and nothing else.
struct ModelNode {
  var observed: ObservedInstance
  var entry: JournalEntry
  var bootID = "this boot"

  mutating func carryOut(_ step: Step) {
    switch step {
    case .fetchImage: observed.imageCached = true
    case .createDisk:
      #expect(observed.imageCached, "a disk needs its base")
      observed.disk = true
      observed.files = true
    case .createConfigDrive:
      observed.configDrive = true
      observed.files = true
    case .plugPort(let port):
      observed.plugged.append(port)
      if !observed.taps.contains(port) { observed.taps.append(port) }
    case .defineDomain:
      var domain =
        observed.domain ?? .init(active: false, power: .shutdown, generation: nil)
      domain.generation = entry.generation
      domain.persistent = true
      observed.domain = domain
    case .startDomain:
      #expect(observed.domain?.persistent == true, "only a defined domain starts")
      #expect(observed.disk && observed.plugged.count == entry.spec.ports.count)
      observed.domain?.active = true
      observed.domain?.power = .running
      entry.booted = true
      entry.startedIn = bootID
    case .shutdownDomain: break
    case .destroyDomain:
      observed.domain?.active = false
      observed.domain?.power = .shutdown
      if observed.domain?.persistent == false { observed.domain = nil }
    case .unplugPort(let port):
      observed.taps.removeAll { $0 == port }
      observed.plugged.removeAll { $0 == port }
    case .undefineDomain:
      #expect(observed.domain?.active != true, "an active domain keeps its definition")
      observed.domain = nil
    case .removeDisks:
      observed.disk = false
      observed.configDrive = false
      observed.files = false
    }
  }

  /// Plans and acts until there is an outcome; the steps taken on the way. Stops after `limit`.
  mutating func converge(limit: Int = 8, graceOver: Bool = false) -> (outcome: Plan, steps: [Step])
  {
    var taken: [Step] = []
    var asked = false
    for _ in 0..<limit {
      let now = Plan.Circumstances(bootID: bootID, graceOver: graceOver, asked: asked)
      let plan = Plan.make(entry, observed, now)
      guard case .steps(let steps) = plan else { return (plan, taken) }
      for step in steps {
        carryOut(step)
        taken.append(step)
        if step == .shutdownDomain { asked = true }
      }
    }
    return (.steps(taken), taken)
  }
}

@Suite struct PlanTests {
  static let port = PortID.random(from: SystemRandomness())
  static let generation = Generation(epoch: 1, number: 2)

  static func entry(_ target: Desired.Target, booted: Bool = false) -> JournalEntry {
    var spec = InstanceSpec()
    var port = Port()
    port.id = Self.port
    spec.ports = [port]
    var file = ConfigDrive.File()
    file.path = "openstack/latest/meta_data.json"
    spec.configDrive.files = [file]
    return JournalEntry(
      instance: .random(from: SystemRandomness()), generation: generation, target: target,
      spec: spec, booted: booted)
  }

  /// Every subset of what may exist: 2^7 of disk, drive, cached image, tap, plugged, domain, active,
  /// and for domains an old or the new generation.
  static func partialStates() -> [ObservedInstance] {
    (0..<256).compactMap { bits in
      func bit(_ n: Int) -> Bool { bits >> n & 1 == 1 }
      if bit(4) && !bit(3) || bit(6) && !bit(5) || bit(7) && !bit(5) { return nil }
      return ObservedInstance(
        domain: bit(5)
          ? .init(
            active: bit(6), power: bit(6) ? .running : .shutdown,
            generation: bit(7) ? generation : Generation(epoch: 1, number: 1)) : nil,
        plugged: bit(4) ? [port] : [], taps: bit(3) ? [port] : [], disk: bit(0),
        configDrive: bit(1), files: bit(0) || bit(1), imageCached: bit(2))
    }
  }

  @Test func aFreshCreateGoesInTheAgreedOrder() {
    var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running))
    let (outcome, steps) = node.converge()
    #expect(
      steps == [
        .fetchImage, .createDisk, .createConfigDrive, .plugPort(Self.port), .defineDomain,
        .startDomain,
      ])
    #expect(outcome == .settled(.running))
  }

  @Test func fromAnyPartialStateRunningConvergesAndRemovesNothing() {
    for state in Self.partialStates() {
      var node = ModelNode(observed: state, entry: Self.entry(.running))
      let (outcome, steps) = node.converge()
      #expect(outcome == .settled(.running), "\(state)")
      let removing = steps.filter { $0.removes }
      #expect(removing.isEmpty, "\(state)")
    }
  }

  @Test func fromAnyPartialStateStoppedConvergesWithoutLosingAnything() {
    for state in Self.partialStates() {
      var node = ModelNode(observed: state, entry: Self.entry(.stopped))
      let (outcome, steps) = node.converge(graceOver: true)
      #expect(outcome == .settled(.shutdown), "\(state)")
      let losing = steps.filter { $0.removes && $0 != .destroyDomain }
      #expect(losing.isEmpty, "\(state)")
      #expect(!steps.contains(.startDomain))
    }
  }

  @Test func fromAnyPartialStateAbsentLeavesNothing() {
    for state in Self.partialStates() {
      var node = ModelNode(observed: state, entry: Self.entry(.absent))
      let (outcome, steps) = node.converge()
      #expect(outcome == .gone, "\(state)")
      let building = steps.filter { !$0.removes }
      #expect(building.isEmpty, "\(state)")
      #expect(node.observed.domain == nil && node.observed.taps.isEmpty && !node.observed.files)
    }
  }

  @Test func aCrashAfterAnyNumberOfStepsChangesNoOutcome() {
    for state in Self.partialStates() {
      for target in [Desired.Target.running, .absent] {
        for crashAfter in 0..<6 {
          var node = ModelNode(observed: state, entry: Self.entry(target))
          let plan = Plan.make(node.entry, node.observed, .init(bootID: node.bootID))
          if case .steps(let steps) = plan {
            steps.prefix(crashAfter).forEach { node.carryOut($0) }
          }
          let (outcome, _) = node.converge()
          #expect(outcome == (target == .running ? .settled(.running) : .gone))
        }
      }
    }
  }

  @Test func aFailedCreateIsCleanedUpFromAnyState() {
    for state in Self.partialStates() {
      var node = ModelNode(observed: state, entry: Self.entry(.running))
      node.entry.failure = "The disk is too small."
      let (outcome, steps) = node.converge()
      #expect(outcome == .failed("The disk is too small."))
      if state.domain?.active == true {
        #expect(steps.isEmpty, "a guest that runs is removed on revocation only")
      } else {
        #expect(!node.observed.files && node.observed.taps.isEmpty)
      }
    }
  }

  @Test func aBaseImageThatTheCacheLostIsFetchedBeforeTheNextBoot() {
    var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running))
    _ = node.converge()
    node.entry.power = PowerState.running.rawValue
    node.observed.imageCached = false
    #expect(node.converge().steps == [], "a running guest has it open")
    node.observed.domain?.active = false
    node.bootID = "next boot"
    #expect(node.converge().steps == [.fetchImage, .startDomain])
  }

  @Test func whatOnceRanIsNeverRemovedByAFailure() {
    for state in Self.partialStates() {
      var node = ModelNode(observed: state, entry: Self.entry(.running, booted: true))
      node.entry.failure = "broken"
      let (outcome, steps) = node.converge()
      #expect(outcome == .failed("broken") && steps.isEmpty)
    }
  }

  @Test func aLostDiskIsNotReplacedByAnEmptyOne() {
    var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running, booted: true))
    let (outcome, steps) = node.converge()
    #expect(outcome == .failed("The instance's root disk is missing on its node."))
    #expect(steps.isEmpty)
  }

  @Test(arguments: [PowerState.shutdown, .crashed])
  func aGuestThatWentOffByItselfStaysOff(power: PowerState) {
    var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running))
    _ = node.converge()
    node.entry.power = PowerState.running.rawValue
    node.observed.domain?.active = false
    node.observed.domain?.power = power
    let (outcome, steps) = node.converge()
    #expect(outcome == .settled(power) && steps.isEmpty)
  }

  @Test func aRebootOfTheHostBringsBackWhatRanAndOnlyThat() {
    for (power, steps) in [(PowerState.running, [Step.startDomain]), (.shutdown, [])] {
      var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running))
      _ = node.converge()
      node.entry.power = power.rawValue
      node.observed.domain?.active = false
      node.observed.domain?.power = .shutdown
      node.bootID = "next boot"
      #expect(node.converge().steps == steps)
    }
  }

  @Test func stoppingAsksFirstThenWaitsThenCutsThePower() {
    var node = ModelNode(observed: ObservedInstance(), entry: Self.entry(.running))
    _ = node.converge()
    node.entry.target = .stopped
    #expect(node.converge() == (.awaitShutdown, [.shutdownDomain]))
    #expect(node.converge(graceOver: true) == (.settled(.shutdown), [.destroyDomain]))
  }

  @Test func aTransientDomainGoesWithItsProcess() {
    let state = ObservedInstance(
      domain: .init(active: true, persistent: false, power: .running, generation: nil))
    var node = ModelNode(observed: state, entry: Self.entry(.absent))
    #expect(node.converge() == (.gone, [.destroyDomain]))
  }
}

private func == (left: (outcome: Plan, steps: [Step]), right: (Plan, [Step])) -> Bool {
  left.outcome == right.0 && left.steps == right.1
}
