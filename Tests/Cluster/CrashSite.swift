// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

/// Where in a create or a delete who is killed.
struct CrashSite: Sendable, CustomTestStringConvertible {
  enum Victim: String, Sendable { case agent, controller, libvirtd }

  let victim: Victim
  let point: CrashPoint

  var testDescription: String { "\(victim) at \(point.rawValue)" }

  /// Every moment of a create.
  static let create = sites(CrashPoint.create)
  /// Every moment of a delete.
  static let delete = sites(CrashPoint.delete)

  /// Agent and controller die at their own points, libvirtd at the agent's.
  private static func sites(_ points: [CrashPoint]) -> [CrashSite] {
    points.map { CrashSite(victim: $0.program == .agent ? .agent : .controller, point: $0) }
      + points.filter { $0.program == .agent }.map { CrashSite(victim: .libvirtd, point: $0) }
  }
}
