// SPDX-License-Identifier: Apache-2.0

import Base
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
import Testing
import Wire

@testable import AgentDaemon

private final class IdleSwitch: Switch {
  private let taps: Mutex<[ObservedTap]>

  init(taps: [ObservedTap] = []) { self.taps = Mutex(taps) }

  func ensureBridge(_ physicalNetwork: String) async throws(RoostError) {}
  func ports() async throws(RoostError) -> [ObservedTap] { taps.withLock { $0 } }
  func plug(_ port: PortSpec) async throws(RoostError) {}
  func unplug(_ port: PortID) async throws(RoostError) {
    taps.withLock { taps in taps.removeAll { $0.port == port } }
  }
}

@Suite(.timeLimit(.minutes(10))) final class ControllerSessionTests {
  let folder: TemporaryFolder
  let exchange: LoopbackNetwork.Exchange
  var controller = FakeController()
  let hypervisor = IdleHypervisor()
  let instance = InstanceID.random(from: SystemRandomness())
  let node = NodeID.random(from: SystemRandomness())
  let journal: Journal
  var parts: NodeParts
  let reconciler: Reconciler

  init() throws {
    exchange = try LoopbackNetwork.Exchange()
    let disk = SystemDisk()
    folder = try TemporaryFolder()
    try disk.makeFolder(folder.file("instances"), mode: 0o700)
    journal = try Journal.open(folder.file("journal.db"))
    let images = ImageCache(
      folder: folder.file("images"), disk: disk,
      source: GrantedImages(link: ControllerLink(), caFile: nil), lane: InlineLane())
    parts = NodeParts(
      node: node, bootID: "boot", directIO: false, hypervisor: hypervisor,
      network: IdleSwitch(), images: images,
      disks: InstanceDisks(
        root: folder.file("instances"), disk: disk,
        overlays: QEMUImageTool(disk: disk, clock: SystemClock()), surveyLane: InlineLane(),
        lane: { _ in InlineLane() }),
      journal: journal, clock: SystemClock(), randomness: SystemRandomness(), crashPoints: .none,
      log: .silent)
    reconciler = Reconciler(parts)
  }

  /// Runs controller, reconciler and session around `body`.
  func running(
    inventory: @escaping @Sendable () async throws(RoostError) -> Inventory = { Inventory() },
    _ body: () async throws -> Void
  ) async throws {
    let session = ControllerSession(
      address: "controller", hostName: "host",
      network: LoopbackNetwork(
        exchange, as: PeerIdentity(role: .node, node: node), clock: SystemClock()),
      service: AgentService(reconciler: reconciler, parts: parts).table(),
      link: ControllerLink(), reconciler: reconciler, parts: parts, inventory: inventory)
    let server = LoopbackNetwork(
      exchange, as: PeerIdentity(role: .controller, node: nil), clock: SystemClock())
    let (controller, reconciler) = (controller, reconciler)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.listen(on: "controller", service: controller.service()) { peer in
          controller.connected(peer)
          _ = await peer.closed()
        }
      }
      group.addTask { try await reconciler.run() }
      group.addTask { await session.run() }
      try await body()
      group.cancelAll()
    }
  }

  func desired(_ target: Desired.Target, _ number: UInt64) -> Desired {
    var desired = Desired()
    desired.instanceID = instance
    desired.generation = Generation(epoch: 1, number: number)
    desired.target = target
    return desired
  }

  func apply(_ desired: [Desired]) async throws -> ApplyReply {
    await controller.until { !$0.peers.isEmpty }
    let peer = try #require(controller.now.peers.last)
    var request = ApplyRequest()
    request.desired = desired
    return try await peer.call(AgentMethods.Apply.self, request, timeout: .seconds(10))
  }

  @Test func registersAndRenewsItsLease() async throws {
    try await running {
      await controller.until { $0.heartbeats.count >= 2 }
      #expect(controller.now.registrations.count == 1)
      #expect(controller.now.registrations.first?.hostName == "host")
      #expect(controller.now.registrations.first?.agentVersion == Release.version)
      #expect(controller.now.heartbeats.prefix(2).map(\.sequence) == [1, 2])
      #expect(controller.now.heartbeats.allSatisfy { $0.hypervisorUnavailable.isEmpty })
    }
  }

  @Test func aRevocationIsJournalledCarriedOutReportedAndForgotten() async throws {
    try await running {
      let reply = try await apply([desired(.absent, 2)])
      #expect(reply.refused.isEmpty)
      await controller.until { $0.observations.contains { $0.phase == .gone } }
      #expect(controller.now.observations.last?.generation == Generation(epoch: 1, number: 2))
      while try await !reconciler.held().isEmpty { await Task.yield() }
    }
  }

  @Test func aStaleDesiredStateIsRefusedWithWhatIsHeld() async throws {
    _ = try await journal.apply([desired(.absent, 5)])
    try await running {
      // Reported and forgotten, or still held: the older generation must not be taken as newer.
      await controller.until { !$0.registrations.isEmpty }
      #expect(controller.now.registrations.first?.held.first?.instanceID == instance)
    }
  }

  @Test func comesBackAndTellsEverythingAgain() async throws {
    try await running {
      var spec = desired(.running, 1)
      spec.spec = InstanceSpec()
      _ = try await apply([spec])
      // Without an image the create fails, which is as good an observation as any.
      await controller.until { $0.observations.contains { $0.phase == .failed } }
      let told = controller.now.observations.count
      await controller.now.peers.last?.close(reason: "test")
      await controller.until { $0.registrations.count == 2 && $0.observations.count > told }
      #expect(controller.now.registrations.last?.held.map(\.instanceID) == [instance])
      #expect(controller.now.observations.last?.phase == .failed)
    }
  }

  @Test func waitsForTheHypervisorBeforeItRegisters() async throws {
    let asked = Mutex(0)
    try await running(inventory: { () async throws(RoostError) in
      let times = asked.withLock { count in
        count += 1
        return count
      }
      if times == 1 { throw RoostError(.unavailable, "libvirt is away") }
      var inventory = Inventory()
      inventory.cpus = 7
      return inventory
    }) {
      await controller.until { !$0.registrations.isEmpty }
      #expect(controller.now.registrations.first?.inventory.cpus == 7)
      #expect(asked.withLock { $0 } == 2)
    }
  }

  @Test func guestsThatTheJournalLostAreNamedAtRegistration() async throws {
    let mine = ObservedDomain(
      instance: instance, name: "roost-\(instance)", uuid: instance.uuid, powerState: .running,
      active: true, generation: Generation(epoch: 1, number: 7), node: node, role: .owner)
    var others = mine
    others.instance = InstanceID.random(from: SystemRandomness())
    others.node = NodeID.random(from: SystemRandomness())
    parts.hypervisor = IdleHypervisor(known: [mine, others])
    try await running {
      await controller.until { !$0.registrations.isEmpty }
      let held = try #require(controller.now.registrations.first?.held)
      #expect(held.map(\.instanceID) == [instance])
      #expect(held.map(\.generation) == [.zero], "older than all that the controller may want")
    }
  }

  @Test func aGuestThatTurnsUpLaterIsToldByRegisteringAnew() async throws {
    let hypervisor = IdleHypervisor()
    (parts.clock, parts.hypervisor) = (ImpatientClock(), hypervisor)
    try await running {
      await controller.until { !$0.registrations.isEmpty }
      #expect(controller.now.registrations.first?.held.isEmpty == true)
      hypervisor.add(
        ObservedDomain(
          instance: instance, name: "roost-\(instance)", uuid: instance.uuid, powerState: .running,
          active: true, generation: Generation(epoch: 1, number: 7), node: node, role: .owner))
      await controller.until { $0.registrations.count == 2 }
      #expect(controller.now.registrations.last?.held.map(\.instanceID) == [instance])
    }
  }

  @Test func aTapThatNobodyUsesGoes() async throws {
    let network = IdleSwitch(taps: [
      ObservedTap(
        name: "tap1", port: .random(from: SystemRandomness()), bridge: nil, mtu: 1500, up: true)
    ])
    (parts.clock, parts.network) = (ImpatientClock(), network)
    try await running {
      while try await !network.ports().isEmpty { await Task.yield() }
    }
  }

  @Test func answersConsoleAndSurvey() async throws {
    // A guest that ran and has lost its disk: nothing of it is removed.
    var spec = desired(.running, 1)
    spec.spec = InstanceSpec()
    _ = try await journal.apply([spec])
    try await journal.update(instance, at: spec.generation) { $0.booted = true }
    let folder = parts.disks.folder(of: instance)
    let disk = SystemDisk()
    try disk.makeFolder(folder.path, mode: 0o700)
    try disk.replace(folder.consoleLog, with: Array("a\nlogin:".utf8), mode: 0o600)
    try await running {
      await controller.until { $0.observations.contains { $0.phase == .failed } }
      let peer = try #require(controller.now.peers.last)
      var unknown = ConsoleLogRequest()
      unknown.instanceID = InstanceID.random(from: SystemRandomness())
      let missing = unknown
      await #expect {
        try await peer.call(AgentMethods.ConsoleLog.self, missing, timeout: .seconds(5))
      } throws: {
        ($0 as? WireStatus)?.code == .notFound
      }
      var request = ConsoleLogRequest()
      request.instanceID = instance
      request.lines = 1
      let log = try await peer.call(AgentMethods.ConsoleLog.self, request, timeout: .seconds(5))
      #expect(log.output == Array("login:".utf8))
      let survey = try await peer.replies(
        of: AgentMethods.Survey.self, to: SurveyRequest(), timeout: .seconds(5)
      ).reduce(into: SurveyReply()) { $0.add($1) }
      #expect(survey.disks.map(\.path) == [folder.consoleLog])
      #expect(survey.journal.map(\.instanceID) == [instance])
    }
  }
}
