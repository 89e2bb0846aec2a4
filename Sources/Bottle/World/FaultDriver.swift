// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Simulation
import Synchronization

/// Makes happen what a plan says, when it says so, and makes all well at its end.
final class FaultDriver: Sendable {
  private let world: World
  /// Which trouble of a kind and a target is the newest: an older one's end changes nothing.
  private let newest = Mutex<[String: UInt64]>([:])
  /// Bad weather that may last.
  private let spells = Mutex<[WeatherSpell]>([])

  init(_ world: World) { self.world = world }

  /// Puts the whole plan on the timeline.
  func schedule(_ plan: FaultPlan) {
    for fault in plan.faults {
      world.timeline.at(Uptime(nanoseconds: 0) + fault.at) { [self] in
        world.recorder.tell("faults", .fault, "\(fault.event)")
        for machine in world.troubled(by: fault.event) {
          machine.trouble(for: fault.event.span ?? .zero)
        }
        begin(fault.event)
        world.isLookWanted = true
      }
    }
    world.timeline.at(Uptime(nanoseconds: 0) + plan.end) { [self] in
      world.recorder.tell("faults", .fault, "all faults are over")
      heal()
    }
  }

  private func begin(_ event: Fault.Event) {
    switch event {
    case .kill(let fault):
      crash(fault.process, after: fault.afterCalls, down: fault.down, power: false)
    case .losePower(let fault):
      crash(fault.machine, after: fault.afterCalls, down: fault.down, power: true)
    case .partition(let fault): part(fault)
    case .weather(let fault): worsen(fault)
    case .reset(let fault): world.network.reset("node-\(fault.node)")
    case .halfOpen(let fault): world.network.halfOpen("node-\(fault.node)")
    case .disk(let fault): spoil(fault)
    case .lanes(let fault):
      let machine = world.machine(fault.process)
      last(fault.lasting, "lanes \(fault.process)") {
        machine.databaseConduct.behaviours = Behaviours(usual: Behaviour(latency: fault.latency))
      } end: {
        machine.databaseConduct.behaviours = machine.usualLanes
      }
    case .calls(let fault):
      let machine = world.machine(.node(fault.node))
      last(fault.lasting, "calls \(fault.node)") {
        var behaviours = Machine.usualBehaviours
        if fault.operation.isEmpty {
          behaviours = Behaviours(usual: fault.behaviour)
        } else {
          behaviours.special[fault.operation] = fault.behaviour
        }
        machine.conduct.behaviours = behaviours
      } end: {
        machine.conduct.behaviours = Machine.usualBehaviours
      }
    case .hypervisorAway(let fault):
      let hypervisor = world.nodes[fault.node].hypervisor
      last(fault.lasting, "hypervisor \(fault.node)") {
        hypervisor.setAway("libvirtd is stopped")
      } end: {
        hypervisor.setAway(nil)
      }
    case .guest(let fault): change(fault)
    case .clockDrift(let fault):
      world.machine(fault.process).clock.setDrift(partsPerMillion: Int64(fault.ppm))
    case .civilTimeJump(let fault): world.machine(fault.process).clock.jump(by: fault.by)
    case .restore(let fault): world.backups.restore(fault)
    }
  }

  /// Everything is as it should be from now on; what is down comes up by itself.
  private func heal() {
    newest.withLock { $0 = [:] }
    for spell in spells.withLock({ $0 }) { world.network.end(spell) }
    for machine in world.machines {
      world.network.heal("\(machine.name)")
      machine.calls.disarm()
      machine.conduct.behaviours = Machine.usualBehaviours
      machine.databaseConduct.behaviours = machine.usualLanes
      machine.volume.faults = DiskFaults()
      machine.clock.setDrift(partsPerMillion: 0)
    }
    for node in world.nodes { node.hypervisor.setAway(nil) }
  }

  private func crash(_ process: ProcessName, after calls: Int, down: Duration, power: Bool) {
    let machine = world.machine(process)
    guard calls > 0 else { return machine.goDown(for: down, power: power, within: nil) }
    machine.calls.arm(after: calls - 1) { call in
      machine.goDown(for: down, power: power, within: call)
    }
  }

  private func part(_ fault: Fault.Partition) {
    for node in fault.nodes.numbers {
      last(fault.lasting, "partition \(node)") { [network = world.network] in
        switch fault.direction {
        case .both: network.cut("node-\(node)", .both)
        case .toController: network.cut("node-\(node)", .outgoing)
        case .fromController: network.cut("node-\(node)", .incoming)
        }
      } end: { [network = world.network] in
        network.heal("node-\(node)")
      }
    }
  }

  private func worsen(_ fault: Fault.Weather) {
    let weather = Weather(
      delay: fault.delay, loss: fault.lossPermille, duplication: fault.duplicatePermille,
      reordering: fault.reorderPermille)
    for node in fault.nodes.numbers {
      let spell = world.network.begin(weather, in: .around("node-\(node)"))
      spells.withLock { $0.append(spell) }
      world.timeline.after(fault.lasting) { [network = world.network] in network.end(spell) }
    }
  }

  private func spoil(_ fault: Fault.DiskTrouble) {
    let volume = world.machine(fault.process).volume
    last(fault.lasting, "disk \(fault.process)") {
      switch fault.trouble {
      case .failWrites: volume.faults.writes = .all
      case .failSyncs: volume.faults.syncs = .all
      case .full: volume.faults.isFull = true
      case .lieAboutSyncs: volume.faults.ignoresSyncs = true
      }
    } end: {
      volume.faults = DiskFaults()
    }
  }

  private func change(_ fault: Fault.GuestEnd) {
    let hypervisor = world.nodes[fault.node].hypervisor
    let running = hypervisor.host.domains.filter { $0.powerState == .running }
      .compactMap(\.instance)
    guard !running.isEmpty else { return }
    let guest = running[fault.ordinal % running.count]
    switch fault.becomes {
    case .crashed: hypervisor.become(guest, .crashed, detail: "crashed")
    case .shutdown: hypervisor.become(guest, .shutdown, detail: "shutdown")
    case .paused: hypervisor.become(guest, .paused, detail: "paused")
    }
  }

  /// Begins a trouble and ends it after a while, unless a newer one of its kind has begun.
  private func last(
    _ span: Duration, _ kind: String, begin: () -> Void, end: @escaping @Sendable () -> Void
  ) {
    let number = newest.withLock { newest in
      newest[kind, default: 0] += 1
      return newest[kind]
    }
    begin()
    world.timeline.after(span) { [self] in
      guard newest.withLock({ $0[kind] }) == number else { return }
      end()
    }
  }
}
