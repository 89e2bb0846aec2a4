// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import ControllerDaemon
import Fleet

/// Looks whether the controller takes nodes for what they are: who can answer is not down, and who is silent
/// for longer than a lease is.
enum NodeStates {
  static func violations(_ world: World) async -> [Violation] {
    guard world.door.isOpen, let core = world.controller.core else { return [] }
    let lease = Duration.seconds(world.scenario.leaseSeconds)
    // A heartbeat comes three times in a lease. The margin for clocks, and what a call may take, are in it.
    let silence = lease * 3 / 2 + .seconds(10)
    // Who was troubled may have to wait long before it tries again.
    let rest = lease * 3 + .seconds(120)
    let controller = world.controller.machine
    var found: [Violation] = []
    let run = controller.runs
    let conditions = await core.fleet.conditions(of: world.nodes.map(\.id))
    // It may have been ended meanwhile.
    guard world.door.isOpen, controller.runs == run else { return [] }
    for (node, condition) in zip(world.nodes, conditions) {
      let machine = node.machine
      let isRunning = machine.process != nil
      guard condition.state == .down || !isRunning else { continue }
      let isUntroubled = min(
        machine.untroubledFor, machine.steadyFor, controller.untroubledFor, controller.steadyFor)
      if condition.state == .down, isRunning, isUntroubled > rest {
        found.append(Violation(.nodeStates, "\(machine.name) counts as down and can answer."))
      }
      if condition.state == .down, controller.steadyFor < lease {
        found.append(
          Violation(
            .nodeStates, "\(machine.name) counts as down within a lease of the controller's start.")
        )
      }
      if condition.state != .down, !isRunning, world.clocksAreTrue,
        min(machine.steadyFor, controller.steadyFor) > silence
      {
        found.append(
          Violation(
            .nodeStates,
            "\(machine.name) is gone for \(Int(machine.steadyFor.inSeconds)) s and counts as "
              + "\(condition.state.rawValue)."))
      }
    }
    return found
  }
}

extension World {
  /// Whether no clock runs worse than leases allow for.
  fileprivate var clocksAreTrue: Bool {
    scenario.plan.faults.allSatisfy { fault in
      if case .clockDrift(let drift) = fault.event { !drift.isBeyondBound } else { true }
    }
  }
}
