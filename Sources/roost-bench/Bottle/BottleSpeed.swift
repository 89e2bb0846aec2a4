// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle

/// How fast the bottle is, with nothing wrong and with everything.
struct BottleSpeed {
  private static let nodes = 100
  private let progress: @Sendable (String) -> Void

  init(_ progress: @escaping @Sendable (String) -> Void) { self.progress = progress }

  func measure() throws(RoostError) -> [Figure] {
    let quiet = try speed(.none, lease: 15, "a lease of 15 s")
    let rare = try speed(.none, lease: 600, "a lease of 600 s")
    let faulty = try speed(.all, lease: 15, "a lease of 15 s and faults")
    return [
      Figure("node_hours_per_s", quiet, "h/s", aim: .atLeast(1000)),
      Figure("node_hours_per_s_lease_600", rare, "h/s", aim: nil),
      Figure("node_hours_per_s_faults", faulty, "h/s", aim: nil),
    ]
  }

  private func speed(_ faults: FaultClasses, lease: Int, _ what: String) throws(RoostError)
    -> Double
  {
    progress("\(Self.nodes) nodes for an hour with \(what)")
    let begun = cpuSeconds()
    let scenario = Scenario(
      seed: 1, nodes: Self.nodes, length: .seconds(3600), leaseSeconds: lease, clients: 4,
      classes: faults, intensity: 2)
    let outcome = try Run(scenario, keeping: 1).outcome()
    if let violation = outcome.violations.first {
      throw RoostError(.conflict, "Seed 1 with \(what): \(violation)")
    }
    return Double(Self.nodes) * outcome.span.inSeconds / 3600 / (cpuSeconds() - begun)
  }
}
