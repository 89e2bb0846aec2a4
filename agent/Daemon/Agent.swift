// SPDX-License-Identifier: Apache-2.0

import Base
import Daemon
import EventLoop
import Glibc
import Hypervisor
import Images
import Journal
import Lanes
import Log
import NodeProtocol
import Reconciler
import Switch
import Wire

/// The composition root: makes every part of a node and runs it.
struct Agent: DaemonService {
  private let configuration: AgentConfiguration
  private let folder: StateFolder
  private let certificates: CertificateFiles
  private let node: NodeID
  private let bootID: String
  private let loop: EventLoop
  private let lanes: LanePool
  private let disk: any Disk
  private let clock: any Clock
  private let randomness: any Randomness
  private let crashPoints: CrashPoints
  private let log: Logger

  /// Takes the state folder and learns which node this is. Blocks; runs before the loop does work.
  init(
    _ configuration: AgentConfiguration, loop: EventLoop, crashPoints: CrashPoints, log: Logger
  ) throws(RoostError) {
    self.configuration = configuration
    self.loop = loop
    self.crashPoints = crashPoints
    disk = SystemDisk()
    clock = SystemClock()
    randomness = SystemRandomness()
    lanes = LanePool(name: "guest", width: 16)
    folder = try StateFolder(configuration.stateFolder, disk: disk)
    certificates = CertificateFiles(configuration, disk: disk, clock: clock)
    node = try NodeIdentity.establish(
      folder: folder.path, certificates: certificates, disk: disk)
    bootID = try Self.bootID(disk)
    self.log = log.with([.node: node])
  }

  /// Runs until the task is cancelled; guests are left as they are.
  ///
  /// - Throws: what keeps the agent from starting.
  func run(_ supervisor: Supervisor) async throws(RoostError) {
    let (journal, damaged) = try Journal.openOrReplace(folder.journal, disk: disk, clock: clock)
    defer { journal.close() }
    if let damaged {
      log.error("the journal was damaged and is now \(damaged.path): \(damaged.reason)")
    }
    let certificates = certificates
    let credentials = try ReloadedCredentials(clock: clock, log: log) {
      () throws(RoostError) in try certificates.material()
    }
    let network = TLSNetwork(
      credentials, loop: loop, clock: clock, software: "roost-agent/\(Release.version)", log: log)
    let hypervisor = LibvirtHypervisor(
      uri: configuration.libvirtURI, virtualization: await virtualization(),
      lanes: LanePool(name: "libvirt", width: 16), clock: clock, randomness: randomness, log: log)
    let link = ControllerLink()
    let status = StatusLine(supervisor.status)
    let renewal = CertificateRenewal(
      files: certificates, credentials: credentials, link: link, node: node,
      lane: lanes.lane(for: "certificates"), clock: clock, randomness: randomness, log: log,
      status: status.setCertificate)
    let address = configuration.controllerAddress
    let agent = NodeAgent(
      try await parts(journal, hypervisor, link), controller: address,
      hostName: try configuration.shownHostName(), network: network, link: link,
      inventory: inventory(hypervisor),
      stateChanged: { status.setConnection($0.text(address)) })
    supervisor.ready("Keeping guests as they should be; not yet connected to the controller.")
    let failure = await withTaskGroup(of: RoostError?.self) { group in
      group.addTask {
        await hypervisor.run()
        return nil
      }
      group.addTask {
        await credentials.follow()
        return nil
      }
      group.addTask {
        await renewal.run()
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
    if let failure { throw failure }
  }

  private func virtualization() async -> Virtualization {
    let chosen: Virtualization
    switch configuration.virtualization {
    case .kvm: chosen = Virtualization(.kvm, reason: "the configuration asks for it")
    case .qemu: chosen = Virtualization(.qemu, reason: "the configuration asks for it")
    case .auto:
      let probe = VirtualizationProbe(folder: folder.path, disk: disk, clock: clock)
      chosen = await probe.run(on: lanes.lane(for: "probe"))
    }
    log.info("guests run on \(chosen.kind.rawValue): \(chosen.reason)")
    return chosen
  }

  private func parts(
    _ journal: Journal, _ hypervisor: any Hypervisor, _ link: ControllerLink
  ) async throws(RoostError) -> NodeParts {
    let network = LinkSwitch(
      networks: configuration.physicalNetworks, namespace: configuration.networkNamespace,
      lane: Lane(name: "switch"), crashPoints: crashPoints, log: log)
    try await network.recover()
    let images = ImageCache(
      folder: folder.images, disk: disk,
      source: GrantedImages(link: link, caFile: configuration.imageCA),
      lane: Lane(name: "images"), crashPoints: crashPoints)
    try await images.recover()
    let lanes = lanes
    let disks = InstanceDisks(
      root: folder.instances, disk: disk, overlays: QEMUImageTool(disk: disk, clock: clock),
      surveyLane: Lane(name: "disks"),
      crashPoints: crashPoints, lane: { lanes.lane(for: $0.description) })
    try await disks.recover()
    return NodeParts(
      node: node, bootID: bootID, directIO: try folder.takesDirectIO(disk),
      startLimit: configuration.startLimit ?? Self.processors, hypervisor: hypervisor,
      network: network, images: images, disks: disks, journal: journal,
      clock: clock, randomness: randomness, crashPoints: crashPoints, log: log)
  }

  private func inventory(
    _ hypervisor: any Hypervisor
  ) -> @Sendable () async throws(RoostError) -> Inventory {
    let (configuration, disk, folder) = (configuration, disk, folder)
    let lane = lanes.lane(for: "inventory")
    return { () async throws(RoostError) in
      let host = try await hypervisor.inventory()
      let space = try await lane.run("measure the disk", timeout: .seconds(10)) {
        () throws(RoostError) in try disk.space(at: folder.path).total
      }
      return Inventory(
        host, diskBytes: space, reservedMemoryMB: configuration.reservedMemoryMB,
        physicalNetworks: configuration.physicalNetworks.map(\.name))
    }
  }

  /// One start for each CPU, and no more than there are lanes for.
  private static var processors: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16) }

  private static func bootID(_ disk: any Disk) throws(RoostError) -> String {
    let path = "/proc/sys/kernel/random/boot_id"
    guard let bytes = try disk.read(path, limit: 256) else {
      throw RoostError(.internal, "The host has no boot id.", operator: "\(path) is absent")
    }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
