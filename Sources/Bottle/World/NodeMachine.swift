// SPDX-License-Identifier: Apache-2.0

import AgentDaemon
import Base
import Hypervisor
import Journal
import Log
import NodeProtocol
import Simulation
import Synchronization
import Wire

/// A hypervisor of the bottle: the real agent on simulated guests, taps, disk, clock and network.
final class NodeMachine: Sendable {
  static let root = "/node"
  /// So many servers of the one flavor have room here: by memory, 512 MB of which are the host's.
  static let room = 7
  static let journal = root + "/journal.db"

  let machine: Machine
  let id: NodeID
  /// Its guests and taps.
  let hypervisor: SimulatedHypervisor
  private let images: [String: [UInt8]]
  private let lease: Duration
  private let network: SimulatedNetwork
  private let recorder: Recorder

  /// - Parameter images: what can be fetched, by SHA-256.
  init(
    _ machine: Machine, id: NodeID, images: [String: [UInt8]], lease: Duration,
    network: SimulatedNetwork, recorder: Recorder
  ) {
    self.machine = machine
    self.id = id
    self.images = images
    self.lease = lease
    self.network = network
    self.recorder = recorder
    hypervisor = SimulatedHypervisor(
      offer: .simulated(cpus: 2, memoryMB: 4096), conduct: machine.conduct)
    machine.install(
      { [self] machine, process in
        do throws(RoostError) {
          try await run(machine, process)
          return "nothing was left to do"
        } catch {
          return "\(error)"
        }
      }, powerLost: { [hypervisor] in hypervisor.reboot() })
  }

  private func run(_ machine: Machine, _ process: SimulatedProcess) async throws(RoostError) {
    let log = recorder.log(of: process.name)
    let randomness = SeededRandomness(seed: machine.seed &+ machine.runs &* 0x9E37_79B9)
    let disk = machine.volume.disk()
    try disk.makeFolder(Self.root, mode: 0o711)
    let (journal, damaged) = try Journal.openOrReplace(
      Self.journal, disk: disk, clock: machine.clock,
      vfs: try machine.openVFS().name, lanes: machine.databaseLanes)
    machine.whenEnded { journal.close() }
    if let damaged {
      log.error("the journal was damaged and is now \(damaged.path): \(damaged.reason)")
    }
    let node = SimulatedNode(
      id, hypervisor: hypervisor, network: hypervisor, disk: disk, root: Self.root,
      journal: journal, conduct: machine.conduct)
    let wire = PlainNetwork(
      network.fabric(
        for: process, on: process.name, identity: PeerIdentity(role: .node, node: id),
        address: process.name),
      loop: process.loop, clock: machine.clock, software: "roost-agent/bottle",
      quiet: lease * 2 / 3, log: log)
    let agent = try await node.agent(
      SimulatedNode.Surroundings(
        controller: ControllerMachine.address, network: wire, hostName: process.name,
        bootID: "boot-\(machine.boots)", images: .memory(images), clock: machine.clock,
        randomness: randomness,
        crashPoints: CrashPoints(reached: { [calls = machine.calls] in calls.reach($0.rawValue) }),
        log: log))
    try await agent.run()
  }
}
