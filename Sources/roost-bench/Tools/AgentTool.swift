// SPDX-License-Identifier: Apache-2.0

import AgentDaemon
import Base
import EventLoop
import Journal
import Log
import Simulation
import Wire

/// A real agent, journal and all, on a simulated host in another process.
struct AgentTool: Tool {
  let name = "agent"
  let summary =
    "a real agent on a simulated host; its journal and its guests' files are in a folder"
  let options = [
    "--node", "--hypervisor", "--controller", "--certificate", "--key", "--ca", "--state",
  ]

  func run(_ options: ToolOptions) async throws(RoostError) {
    guard let node = NodeID(options["--node"]) else {
      throw RoostError(.badRequest, "--node is \"\(options["--node"])\", which is no UUID.")
    }
    let (clock, disk, folder) = (SystemClock(), SystemDisk(), options["--state"])
    let log = Logger.system(identifier: "roost-bench", threshold: .info)
    try disk.makeFolder(folder, mode: 0o700)
    let journal = try Journal.open("\(folder)/journal.db")
    let loop = try EventLoop(name: "loop")
    let host = RemoteHost(at: options["--hypervisor"], offer: .simulated(), clock: clock)
    let network = TLSNetwork(
      try TLSCredentials(
        certificate: options["--certificate"], key: options["--key"], authority: options["--ca"],
        disk: disk),
      loop: loop, clock: clock, software: "roost-agent/\(Release.version)", log: log)
    let simulated = SimulatedNode(
      node, hypervisor: host, network: host, disk: disk, root: folder, journal: journal,
      conduct: Conduct(clock: clock, randomness: SystemRandomness()))
    let agent = try await simulated.agent(
      SimulatedNode.Surroundings(
        controller: options["--controller"], network: network, hostName: "simulated",
        images: .http, clock: clock, randomness: SystemRandomness(), log: log))
    let outcome = await Task(executorPreference: loop) { () -> RoostError? in
      await withTaskGroup(of: RoostError?.self) { group in
        group.addTask {
          await host.run()
          return nil
        }
        group.addTask {
          do throws(RoostError) { try await agent.run() } catch { return error }
          return nil
        }
        let failure = await group.next() ?? nil
        group.cancelAll()
        return failure
      }
    }.value
    if let outcome { throw outcome }
  }
}
