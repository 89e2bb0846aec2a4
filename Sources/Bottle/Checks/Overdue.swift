// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel
import Invariants
import Simulation
import Synchronization

/// What a node was told and has not settled although nothing has kept it from that for long enough.
final class Overdue: Sendable {
  private struct Place: Hashable {
    let node: NodeID
    let instance: InstanceID
  }

  private struct Wait {
    let generation: Generation
    let since: Uptime
  }

  private let world: World
  private let waits = Mutex<[Place: Wait]>([:])

  init(_ world: World) { self.world = world }

  /// Takes in what a commit has changed.
  func note(_ look: StoreWatch.Look) {
    // These are waited for by nobody: they are left until their owners delete them.
    let failed = Set(
      look.now.servers.filter { $0.vmState == .error && $0.taskState == nil }.map(\.id))
    let told = look.now.records.desired
    let touched = Set((told + (look.before?.records.desired ?? [])).map(\.instance))
    waits.withLock { waits in
      let known = waits
      waits = look.before == nil ? [:] : waits.filter { !touched.contains($0.key.instance) }
      for told in told where !told.isSettled && !failed.contains(told.instance) {
        let place = Place(node: told.node, instance: told.instance)
        let same = known[place].flatMap { $0.generation == told.generation ? $0 : nil }
        waits[place] = same ?? Wait(generation: told.generation, since: world.timeline.now)
      }
    }
  }

  /// What should long have been settled. Where a call lied nobody knows how long that takes.
  func violations() -> [Violation] {
    let waits = waits.withLock { $0 }
    var found: [Violation] = []
    for node in world.nodes where !world.scenario.plan.hasLies(on: node.machine.name) {
      let undisturbed = min(node.machine.undisturbedFor, world.controller.machine.undisturbedFor)
      guard undisturbed >= Patience.undisturbed else { continue }
      let late = waits.filter {
        $0.key.node == node.id && world.timeline.now - $0.value.since >= Patience.undisturbed
      }
      for instance in late.keys.map(\.instance).sorted() {
        found.append(
          Violation(
            .converges,
            "\(node.machine.name) has not settled instance \(instance), and for "
              + "\(Int(Patience.undisturbed.inSeconds)) s nothing has kept it from that.",
            subject: "\(instance)"))
      }
    }
    return found
  }
}
