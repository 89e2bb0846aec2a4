// SPDX-License-Identifier: Apache-2.0

import AgentDaemon
import Base
import EventLoop
import Hypervisor
import Journal
import Lanes
import Log
import NodeProtocol
import Simulation
import Switch
import Synchronization
import Wire

/// The agents of a fleet in this process: the real ones, on simulated nodes, over real TLS. One event
/// loop carries all of them; their journals are in memory.
final class FleetAgents: Sendable {
  private struct State {
    var registered: Set<Int> = []
    var registrations = 0
    var changedAt: Uptime
  }

  private let plan: FleetPlan
  private let loop: EventLoop
  private let hosts: [SimulatedHypervisor]
  private let nodes: [SimulatedNode]
  private let networks: [TLSNetwork]
  private let address: String
  private let state: Mutex<State>
  private let clock = SystemClock()

  /// Nodes whose guests run and are journalled, and which know the controller by its CA.
  init(
    _ plan: FleetPlan, _ files: [(certificate: String, key: String)], authority: String,
    address: String, loop: EventLoop
  ) throws(RoostError) {
    self.plan = plan
    self.loop = loop
    self.address = address
    state = Mutex(State(changedAt: clock.uptime))
    let resolver = Lane(name: "resolve")
    var hosts: [SimulatedHypervisor] = []
    var nodes: [SimulatedNode] = []
    var networks: [TLSNetwork] = []
    for (index, file) in files.enumerated() {
      let node = plan.node(index)
      let conduct = Conduct(clock: clock, randomness: SeededRandomness(seed: UInt64(index)))
      let host = SimulatedHypervisor(
        try Self.host(node), offer: .simulated(), conduct: conduct)
      hosts.append(host)
      let disk = try Self.disk(node)
      nodes.append(
        SimulatedNode(
          node.id, hypervisor: host, network: host, disk: disk,
          journal: MemoryJournal(Self.entries(node, plan)), conduct: conduct))
      networks.append(
        TLSNetwork(
          try TLSCredentials(
            certificate: file.certificate, key: file.key, authority: authority,
            disk: SystemDisk()), loop: loop,
          clock: clock, software: "roost-agent/\(Release.version)", log: .silent,
          resolver: resolver))
    }
    (self.hosts, self.nodes, self.networks) = (hosts, nodes, networks)
  }

  /// Runs every agent until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for index in nodes.indices {
        group.addTask { [self] in
          do throws(RoostError) {
            let agent = try await nodes[index].agent(
              SimulatedNode.Surroundings(
                controller: address, network: networks[index], hostName: "node-\(index)",
                clock: clock, randomness: SystemRandomness(), log: .silent,
                stateChanged: { [weak self] in self?.note(index, $0) }))
            try await agent.run()
          } catch {
            // An agent that ends is one that does not register; the suite notices.
          }
        }
      }
    }
  }

  /// How many have a registered connection, and when that changed last.
  var registered: (count: Int, since: Uptime) {
    state.withLock { ($0.registered.count, $0.changedAt) }
  }

  /// A guest that runs is paused by somebody, and one that is paused goes on: what its agent must
  /// notice and report.
  func change(guest number: Int) {
    let (index, place) = number.quotientAndRemainder(dividingBy: plan.options.guestsPerAgent)
    let guest = plan.node(index).guests[place].instance
    let isRunning = hosts[index].host.domain(guest)?.powerState == .running
    hosts[index].become(guest, isRunning ? .paused : .running, detail: "changed")
  }

  private func note(_ index: Int, _ session: SessionState) {
    let now = clock.uptime
    state.withLock { state in
      switch session {
      case .registered: state.registered.insert(index)
      default: guard state.registered.remove(index) != nil else { return }
      }
      state.changedAt = now
    }
  }

  private static func host(_ node: FleetPlan.Node) throws(RoostError) -> SimulatedHost {
    var host = SimulatedHost()
    for guest in node.guests {
      host.define(
        SimulatedHost.Definition(
          instance: guest.instance, generation: guest.generation, node: node.id,
          taps: [LinkNames.tap(of: guest.port)], machineType: nil))
      host.plug(
        PortSpec(id: guest.port, physicalNetwork: FleetPlan.physicalNetwork, mtu: 1500))
      _ = try host.start(guest.instance, paused: false)
    }
    return host
  }

  private static func disk(_ node: FleetPlan.Node) throws(RoostError) -> SimulatedDisk {
    let disk = SimulatedVolume().disk()
    for guest in node.guests {
      let folder = "/node/instances/\(guest.instance)"
      try disk.makeFolder(folder, mode: 0o711)
      try disk.replace("\(folder)/disk", with: [], mode: 0o600)
      try disk.replace("\(folder)/config.iso", with: [], mode: 0o600)
    }
    return disk
  }

  private static func entries(_ node: FleetPlan.Node, _ plan: FleetPlan) -> [JournalEntry] {
    node.guests.map { guest in
      JournalEntry(
        instance: guest.instance, generation: guest.generation, target: .running,
        spec: plan.specification(of: guest), booted: true, startedIn: "boot-1",
        power: PowerState.running.rawValue)
    }
  }
}
