// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Simulation
import Synchronization

/// A whole cloud on one thread: the machines, what joins them, and the time that they share.
final class World: Sendable {
  let scenario: Scenario
  let timeline: Timeline
  let network: SimulatedNetwork
  let recorder: Recorder
  let door: APIDoor
  let controller: ControllerMachine
  let nodes: [NodeMachine]
  let ledger: Ledger
  let backups: Backups
  private let lookIsWanted = Atomic(false)

  /// The bytes of the images that are there from the beginning.
  static let images = (0..<6).map(bytes)
  /// Those of the images that come out later.
  static let laterImages = (6..<64).map(bytes)

  private static func bytes(ofImage number: Int) -> [UInt8] {
    Array("image \(number) of the bottle".utf8)
  }

  init(_ scenario: Scenario, keeping: Int = .max) throws(RoostError) {
    self.scenario = scenario
    let seed = scenario.seed
    let timeline = Timeline(seed: seed)
    let network = SimulatedNetwork(timeline, seed: seed &+ 1)
    let recorder = Recorder(timeline, keeping: keeping)
    let lease = Duration.seconds(scenario.leaseSeconds)
    self.timeline = timeline
    self.network = network
    self.recorder = recorder
    door = APIDoor(timeline, seed: seed &+ 2)
    ledger = Ledger(timeline)
    func machine(_ name: ProcessName, _ number: UInt64) -> Machine {
      Machine(
        name, seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ number,
        timeline: timeline, network: network, recorder: recorder)
    }
    controller = ControllerMachine(
      machine(.controller, 0), door: door, lease: lease, network: network, recorder: recorder)
    backups = Backups(
      of: controller.machine, timeline: timeline, faultsEnd: scenario.plan.end, ledger: ledger,
      recorder: recorder)
    var images: [String: [UInt8]] = [:]
    for image in Self.images + Self.laterImages { images[try Digest.hex(.sha256, image)] = image }
    nodes = (0..<scenario.nodes).map { [images] number in
      let name = ProcessName.node(number)
      let id = NodeID(uuidBytes: BLAKE2b.hash128(Array("\(seed) \(name)".utf8)))
      return NodeMachine(
        machine(name, UInt64(number) + 1), id: id ?? .zero, images: images, lease: lease,
        network: network, recorder: recorder)
    }
  }

  /// Lets crashes come within what processes ask of the network, too.
  func watchNetwork() {
    let machines = Dictionary(uniqueKeysWithValues: machines.map { ("\($0.name)", $0) })
    network.onCall = { call in machines[call.machine]?.calls.reach("network \(call.operation)") }
  }

  /// Whether something happened that must be looked at when this step has ended, before time goes on.
  var isLookWanted: Bool {
    get { lookIsWanted.load(ordering: .relaxed) }
    set { lookIsWanted.store(newValue, ordering: .relaxed) }
  }

  /// The controller's machine, then the nodes'.
  var machines: [Machine] { [controller.machine] + nodes.map(\.machine) }

  func machine(_ name: ProcessName) -> Machine {
    switch name {
    case .controller: controller.machine
    case .node(let number): nodes[number].machine
    }
  }

  /// The moment so long after the beginning.
  func moment(_ span: Duration) -> Uptime { Uptime(nanoseconds: 0) + span }
}
