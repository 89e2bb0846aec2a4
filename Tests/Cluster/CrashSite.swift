// SPDX-License-Identifier: Apache-2.0

import Testing

/// Where in a create or a delete who is killed.
struct CrashSite: Sendable, CustomTestStringConvertible {
  enum Victim: String, Sendable { case agent, controller, libvirtd }

  let victim: Victim
  let point: String

  var testDescription: String { "\(victim) at \(point)" }

  /// Agent and libvirtd die at the agent's points, the controller at its own.
  static func sites(agent: [String], controller: [String]) -> [CrashSite] {
    agent.map { CrashSite(victim: .agent, point: $0) }
      + controller.map { CrashSite(victim: .controller, point: $0) }
      + agent.map { CrashSite(victim: .libvirtd, point: $0) }
  }
}
