// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

/// Where in a create or a delete who is killed.
struct CrashSite: Sendable, CustomTestStringConvertible {
  enum Victim: String, Sendable { case agent, controller, libvirtd }

  let victim: Victim
  let point: CrashPoint

  var testDescription: String { "\(victim) at \(point.rawValue)" }

  /// Agent and libvirtd die at the agent's points, the controller at its own.
  static func sites(_ points: [CrashPoint]) -> [CrashSite] {
    let agent = points.filter { $0.program == .agent }
    return agent.map { CrashSite(victim: .agent, point: $0) }
      + points.filter { $0.program == .controller }
      .map { CrashSite(victim: .controller, point: $0) }
      + agent.map { CrashSite(victim: .libvirtd, point: $0) }
  }
}
