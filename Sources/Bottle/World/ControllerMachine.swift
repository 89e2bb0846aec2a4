// SPDX-License-Identifier: Apache-2.0

import API
import Base
import Cloud
import ControllerDaemon
import Crypto
import Fleet
import Lanes
import Simulation
import Store
import Synchronization
import Wire

/// The machine that the controller runs on: the real one, on a simulated disk, clock and network.
final class ControllerMachine: Sendable {
  /// Where agents dial.
  static let address = "controller:8771"
  static let folder = "/controller"
  static let database = folder + "/controller.db"
  static let images = folder + "/images"
  private static let keyFile = folder + "/secret.key"

  let machine: Machine
  /// Where clients knock.
  let door: APIDoor
  /// What it changes in its store.
  let changes = StoreChanges()
  private let present = Mutex<ControllerCore?>(nil)
  private let lease: Duration
  private let network: SimulatedNetwork
  private let recorder: Recorder

  init(
    _ machine: Machine, door: APIDoor, lease: Duration, network: SimulatedNetwork,
    recorder: Recorder
  ) {
    self.machine = machine
    self.door = door
    self.lease = lease
    self.network = network
    self.recorder = recorder
    machine.install { [self] machine, process in
      do throws(RoostError) {
        try await run(machine, process)
        return "nothing was left to do"
      } catch {
        return "\(error)"
      }
    }
  }

  /// The services of the run that serves now, if one does.
  var core: ControllerCore? { present.withLock { $0 } }

  private func run(_ machine: Machine, _ process: SimulatedProcess) async throws(RoostError) {
    let log = recorder.log(of: process.name)
    let randomness = SeededRandomness(seed: machine.seed &+ machine.runs &* 0x9E37_79B9)
    let disk = machine.volume.disk()
    if machine.runs == 1 { try initialise(disk) } else { try requireInitialised(disk) }
    guard let key = try disk.read(Self.keyFile, limit: 1024).map({ Secret($0) }) else {
      throw Self.absent
    }
    let store = try Store.open(
      Self.database, vfs: try machine.openVFS().name, lanes: machine.databaseLanes,
      watch: { [changes] in changes.note($0) })
    machine.whenEnded { store.close() }
    let lane = SimulatedLane(machine.databaseConduct)
    let core = ControllerCore(
      ControllerCore.Surroundings(
        store: store, disk: disk, clock: machine.clock, randomness: randomness,
        passwords: try PasswordHash(lanes: [InlineLane()]), imageLane: { _ in lane },
        tokenSeal: try SealedBox(key: key), grantSeal: try SealedBox(key: key),
        enrolmentHash: try KeyedHash(key: key), issuer: nil,
        crashPoints: CrashPoints(reached: { [calls = machine.calls] in calls.reach($0.rawValue) }),
        log: log),
      ControllerCore.Settings(
        images: .init(folder: Self.images, sizeLimit: 1 << 20), lease: LeaseTerms(span: lease),
        cloud: .init(apiURL: "http://controller:8770")))
    try await core.recover()
    present.withLock { $0 = core }
    door.open(
      core.handler(.init(publicURL: APIDoor.root), authenticator: NamedCallers()), by: process)
    let wire = PlainNetwork(
      network.fabric(
        for: process, on: process.name, identity: PeerIdentity(role: .controller, node: nil),
        address: process.name),
      loop: process.loop, clock: machine.clock, software: "roost-controller/bottle",
      quiet: lease * 2 / 3, log: log)
    try await core.serveAgents(on: wire, address: Self.address)
  }

  /// What `init` leaves for the first start.
  private func initialise(_ disk: SimulatedDisk) throws(RoostError) {
    try disk.makeFolder(Self.folder, mode: 0o700)
    try disk.replace(
      Self.keyFile, with: [UInt8](repeating: 7, count: SealedBox.keySize), mode: 0o600)
  }

  /// A controller makes no database: a folder without one is that of a restore which was cut off.
  private func requireInitialised(_ disk: SimulatedDisk) throws(RoostError) {
    guard try disk.exists(Self.database) else { throw Self.absent }
  }

  private static let absent = RoostError(.notFound, "There is no controller in \(folder) yet.")
}
