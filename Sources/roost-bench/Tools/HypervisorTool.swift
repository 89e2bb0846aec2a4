// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation

/// A simulated host: keeps guests and taps for agents that come and go.
struct HypervisorTool: Tool {
  let name = "hypervisor"
  let summary = "a simulated host in a process of its own, for agents on its socket"
  let options = ["--socket"]

  func run(_ options: ToolOptions) async throws(RoostError) {
    let conduct = Conduct(clock: SystemClock(), randomness: SystemRandomness())
    let host = SimulatedHypervisor(offer: .simulated(), conduct: conduct)
    try await HostServer(host, at: options["--socket"]).run { print("listening") }
  }
}
