// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Simulation
import Switch

extension NodeMachine {
  /// What there is of an instance, in words.
  func leftovers(of instance: InstanceID, ports: Set<PortID>) -> [String] {
    let host = hypervisor.host
    var found: [String] = []
    if host.domain(instance) != nil { found.append("a domain") }
    for tap in host.taps where ports.contains(tap.port) { found.append("tap \(tap.name)") }
    let folder = "\(Self.root)/instances/\(instance)/"
    for (path, _) in machine.volume.contents where path.hasPrefix(folder) { found.append(path) }
    return found
  }
}

extension FaultPlan {
  /// Whether calls of a node, or its disk, say that they have done what they have not.
  func hasLies(on process: ProcessName) -> Bool {
    liars.contains(process)
  }

  /// Whether any does.
  var hasLies: Bool { !liars.isEmpty }

  private var liars: [ProcessName] {
    faults.compactMap { fault in
      switch fault.event {
      case .calls(let calls) where calls.behaviour.lies > 0: .node(calls.node)
      case .disk(let disk) where disk.trouble == .lieAboutSyncs: disk.process
      default: nil
      }
    }
  }

  /// Whether a guest ever does something by itself.
  var hasGuestFaults: Bool {
    faults.contains { if case .guest = $0.event { true } else { false } }
  }
}
