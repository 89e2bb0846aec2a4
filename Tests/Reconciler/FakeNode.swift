// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import FoundationEssentials
import Hypervisor
import Images
import Journal
import Lanes
import Log
import NodeProtocol
import Reconciler
import Scratch
import Switch
import Synchronization

/// A hypervisor in memory that can be told to fail.
final class FakeHypervisor: Hypervisor {
  struct State {
    var domains: [InstanceID: ObservedDomain] = [:]
    var failures: [String: [RoostError]] = [:]
    var calls: [String] = []
    var started: [InstanceID] = []
    var away: InstanceID?
    var listeners: [AsyncStream<HypervisorEvent>.Continuation] = []
  }

  let state = Mutex(State())

  var calls: [String] { state.withLock { $0.calls } }
  /// Whom a start was asked for, whether or not it went well.
  var started: [InstanceID] { state.withLock { $0.started } }

  func forgetCalls() {
    state.withLock { state in
      state.calls = []
      state.started = []
    }
  }

  /// Does not answer when it is asked for this one.
  func isAway(for instance: InstanceID?) { state.withLock { $0.away = instance } }

  func fail(_ call: String, with errors: RoostError...) {
    state.withLock { $0.failures[call] = errors }
  }

  func held(_ id: InstanceID) -> ObservedDomain? { state.withLock { $0.domains[id] } }

  /// The guest changes by itself.
  func become(_ id: InstanceID, _ power: PowerState) {
    let listeners = state.withLock { state in
      state.domains[id]?.powerState = power
      state.domains[id]?.active = power == .running
      return state.listeners
    }
    for listener in listeners { listener.yield(.lifecycle(id, power, detail: "test")) }
  }

  func tell(_ event: HypervisorEvent) {
    for listener in state.withLock({ $0.listeners }) { listener.yield(event) }
  }

  private func enter(_ call: String) throws(RoostError) {
    let error: RoostError? = state.withLock { state in
      if call != "domains" { state.calls.append(call) }
      guard state.failures[call]?.isEmpty == false else { return nil }
      return state.failures[call]?.removeFirst()
    }
    if let error { throw error }
  }

  func inventory() async throws(RoostError) -> HostInventory {
    throw RoostError(.unavailable, "not here")
  }

  func domains() async throws(RoostError) -> [ObservedDomain] {
    try enter("domains")
    return state.withLock { $0.domains.values.sorted { $0.name < $1.name } }
  }

  func domain(_ id: InstanceID) async throws(RoostError) -> ObservedDomain? {
    try enter("domains")
    if state.withLock({ $0.away == id }) { throw RoostError(.unavailable, "away") }
    return state.withLock { $0.domains[id] }
  }

  func define(_ domain: DomainSpec) async throws(RoostError) {
    try enter("define")
    state.withLock { state in
      let running = state.domains[domain.instance]?.active ?? false
      state.domains[domain.instance] = ObservedDomain(
        instance: domain.instance, name: domain.domainName, uuid: domain.instance.uuid,
        powerState: running ? .running : .shutdown, active: running,
        generation: domain.generation, machineType: "pc-i440fx-7.2",
        taps: domain.interfaces.map(\.tap))
    }
  }

  func start(_ id: InstanceID, paused: Bool) async throws(RoostError) {
    state.withLock { $0.started.append(id) }
    try enter("start")
    become(id, .running)
  }

  func shutdown(_ id: InstanceID) async throws(RoostError) {
    try enter("shutdown")
    become(id, .shutdown)
  }

  func destroy(_ id: InstanceID) async throws(RoostError) {
    try enter("destroy")
    become(id, .shutdown)
  }

  func undefine(_ id: InstanceID) async throws(RoostError) {
    try enter("undefine")
    _ = state.withLock { $0.domains.removeValue(forKey: id) }
  }

  func events() -> AsyncStream<HypervisorEvent> {
    let (stream, continuation) = AsyncStream.makeStream(of: HypervisorEvent.self)
    state.withLock { $0.listeners.append(continuation) }
    return stream
  }
}

/// A switch in memory.
final class FakeSwitch: Switch {
  let taps = Mutex<[PortID: ObservedTap]>([:])

  func ensureBridge(_ physicalNetwork: String) async throws(RoostError) {}

  func ports() async throws(RoostError) -> [ObservedTap] {
    taps.withLock { $0.values.sorted { $0.name < $1.name } }
  }

  func plug(_ port: PortSpec) async throws(RoostError) {
    taps.withLock {
      $0[port.id] = ObservedTap(
        name: LinkNames.tap(of: port.id), port: port.id, bridge: "br0", mtu: port.mtu, up: true)
    }
  }

  func unplug(_ port: PortID) async throws(RoostError) {
    _ = taps.withLock { $0.removeValue(forKey: port) }
  }
}

/// Bytes that are always there, or never.
struct FakeSource: ImageSource {
  let bytes: [UInt8]
  let failure: RoostError?

  func download(_ image: ImageReference, to file: any DiskFile) async throws(RoostError) {
    if let failure { throw failure }
    try file.append(bytes)
  }
}

/// Time in which pauses of seconds pass at once and the slow timer never fires.
struct HastyClock: Clock {
  let system = SystemClock()
  var now: Timestamp { system.now }
  var uptime: Uptime { system.uptime }

  func sleep(until deadline: Uptime) async throws {
    if deadline - uptime > .seconds(90) { try await system.sleep(until: deadline) }
    await Task.yield()
  }
}

/// A node of fakes with a real journal and real files, in a folder that goes with it.
final class FakeNode: Sendable {
  let folder: TemporaryFolder
  let hypervisor: FakeHypervisor
  let network: FakeSwitch
  let journal: Journal
  let disks: InstanceDisks
  let reconciler: Reconciler
  let bytes = [UInt8](repeating: 7, count: 65_536)

  /// - Parameter before: the node whose world and journal this one finds, as after a restart.
  init(
    after before: FakeNode? = nil, bootID: String = "boot", startLimit: Int = 4,
    sourceFailure: RoostError? = nil
  ) throws {
    folder = try before?.folder ?? TemporaryFolder()
    let disk = SystemDisk()
    hypervisor = before?.hypervisor ?? FakeHypervisor()
    network = before?.network ?? FakeSwitch()
    journal = try before?.journal ?? Journal.open(folder.file("journal.db"))
    disks = InstanceDisks(
      root: folder.file("instances"), disk: disk,
      overlays: QEMUImageTool(disk: disk, clock: SystemClock()), surveyLane: InlineLane(),
      lane: { _ in InlineLane() })
    try disk.makeFolder(folder.file("images"), mode: 0o700)
    let images = ImageCache(
      folder: folder.file("images"), disk: disk,
      source: FakeSource(bytes: bytes, failure: sourceFailure), lane: InlineLane())
    reconciler = Reconciler(
      NodeParts(
        node: .random(from: SystemRandomness()), bootID: bootID, directIO: false,
        startLimit: startLimit, hypervisor: hypervisor, network: network, images: images,
        disks: disks, journal: journal,
        clock: HastyClock(), randomness: SystemRandomness(), crashPoints: .none, log: .silent))
  }

  /// Runs the reconciler around `body`.
  func running(_ body: () async throws -> Void) async throws {
    let reconciler = reconciler
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await reconciler.run() }
      try await body()
      group.cancelAll()
    }
  }

  func desired(
    _ instance: InstanceID, _ target: Desired.Target, _ number: UInt64, port: PortID? = nil,
    rootGB: UInt64 = 1
  ) throws -> Desired {
    var desired = Desired()
    desired.instanceID = instance
    desired.generation = Generation(epoch: 1, number: number)
    desired.target = target
    guard target != .absent else { return desired }
    var spec = InstanceSpec()
    spec.name = "guest"
    spec.vcpus = 1
    spec.memoryMB = 64
    spec.rootGB = rootGB
    spec.image.id = .random(from: SystemRandomness())
    spec.image.diskFormat = "raw"
    spec.image.sha256 = try Digest.hex(.sha256, bytes)
    spec.image.sizeBytes = UInt64(bytes.count)
    if let port {
      var message = Port()
      message.id = port
      message.macAddress = "fa:16:3e:00:00:01"
      message.physicalNetwork = "physnet0"
      spec.ports = [message]
    }
    var file = ConfigDrive.File()
    file.path = "openstack/latest/meta_data.json"
    file.content = [0x7B, 0x7D]
    spec.configDrive.files = [file]
    desired.spec = spec
    return desired
  }

  /// Waits for an observation of the instance that `fits`.
  func observation(
    _ instance: InstanceID, _ fits: (Observation) -> Bool
  ) async -> ReportBoard.Pending {
    while true {
      let found = reconciler.board.pending(limit: 1000).first {
        $0.observation.instanceID == instance && fits($0.observation)
      }
      if let found { return found }
      await reconciler.board.changed.wait()
    }
  }
}
