// SPDX-License-Identifier: Apache-2.0

public import AgentDaemon
public import Base
public import Hypervisor
import Images
public import Journal
import Lanes
public import Log
import NodeProtocol
import Reconciler
public import Switch
public import Wire

/// A node without hardware. What outlives an agent is here; each call of `agent` starts the real one on
/// it, session, reconciler and all.
public struct SimulatedNode: Sendable {
  /// Who it is.
  public let id: NodeID
  /// How its parts behave.
  public let conduct: Conduct
  private let hypervisor: any Hypervisor
  private let network: any Switch
  private let disk: any Disk
  private let root: String
  private let overlays: any OverlayMaking
  private let journal: any JournalKeeping

  /// - Parameters:
  ///   - hypervisor: where its guests are.
  ///   - network: where its taps are; the same as the hypervisor in most cases.
  ///   - root: a folder of `disk` for images and instances.
  ///   - conduct: for what the node does with its disks.
  public init(
    _ id: NodeID, hypervisor: any Hypervisor, network: any Switch, disk: any Disk,
    root: String = "/node", journal: any JournalKeeping, conduct: Conduct
  ) {
    self.id = id
    self.hypervisor = hypervisor
    self.network = network
    self.disk = disk
    self.root = root
    self.journal = journal
    self.conduct = conduct
    overlays = SimulatedOverlays(on: disk)
  }

  /// How an agent of this node meets the world.
  public struct Surroundings: Sendable {
    /// The controller's address, as `network` understands it.
    public var controller: String
    public var network: any Wire.Network
    public var hostName: String
    /// Changes when the host boots.
    public var bootID: String
    public var images: ImageSupply
    public var clock: any Clock
    public var randomness: any Randomness
    public var crashPoints: CrashPoints
    public var log: Logger
    /// Is told of each change of the connection.
    public var stateChanged: @Sendable (SessionState) -> Void

    /// All of it.
    public init(
      controller: String, network: any Wire.Network, hostName: String, bootID: String = "boot-1",
      images: ImageSupply = .memory([:]), clock: any Clock, randomness: any Randomness,
      crashPoints: CrashPoints = .none, log: Logger,
      stateChanged: @escaping @Sendable (SessionState) -> Void = { _ in }
    ) {
      self.controller = controller
      self.network = network
      self.hostName = hostName
      self.bootID = bootID
      self.images = images
      self.clock = clock
      self.randomness = randomness
      self.crashPoints = crashPoints
      self.log = log
      self.stateChanged = stateChanged
    }
  }

  /// An agent on what is there. At most one runs at a time.
  public func agent(_ world: Surroundings) async throws(RoostError) -> NodeAgent {
    let link = ControllerLink()
    let conduct = conduct
    let lanes = LanePool(name: "guest", width: 16) { _ in SimulatedLane(conduct) }
    let images = ImageCache(
      folder: "\(root)/images", disk: disk,
      source: world.images.source(link, conduct), lane: SimulatedLane(conduct),
      crashPoints: world.crashPoints)
    try await images.recover()
    let disks = InstanceDisks(
      root: instances, disk: disk, overlays: overlays, surveyLane: SimulatedLane(conduct),
      crashPoints: world.crashPoints, lane: { lanes.lane(for: $0.description) })
    try await disks.recover()
    let parts = NodeParts(
      node: id, bootID: world.bootID, directIO: true, hypervisor: hypervisor, network: network,
      images: images, disks: disks, journal: journal, clock: world.clock,
      randomness: world.randomness, crashPoints: world.crashPoints,
      log: world.log.with([.node: id]))
    let (hypervisor, disk, root) = (hypervisor, disk, root)
    return NodeAgent(
      parts, controller: world.controller, hostName: world.hostName, network: world.network,
      link: link,
      inventory: { () async throws(RoostError) in
        Inventory(
          try await hypervisor.inventory(), diskBytes: try disk.space(at: root).total,
          reservedMemoryMB: 512, physicalNetworks: ["physnet0"])
      }, stateChanged: world.stateChanged)
  }

  /// Where the instances' folders are on the disk.
  public var instances: String { "\(root)/instances" }
}

/// Where a simulated node's images come from.
public enum ImageSupply: Sendable {
  /// From this process, by SHA-256; the controller is asked for the right to them all the same.
  case memory([String: [UInt8]])
  /// From the controller over HTTP, as real agents do.
  case http

  func source(_ link: ControllerLink, _ conduct: Conduct) -> any ImageSource {
    switch self {
    case .memory(let contents): SimulatedImages(contents, link: link, conduct: conduct)
    case .http: GrantedImages(link: link, caFile: nil)
    }
  }
}

extension HostInventory {
  /// A host as a simulated node offers it.
  public static func simulated(cpus: UInt32 = 64, memoryMB: UInt64 = 262_144) -> HostInventory {
    HostInventory(
      cpus: cpus, memoryMB: memoryMB,
      numaNodes: [NUMANode(id: 0, cpus: Array(0..<cpus), memoryMB: memoryMB)],
      hypervisorType: "QEMU", hypervisorVersion: 7_002_000, libvirtVersion: 9_000_000,
      virtualization: Virtualization(.kvm, reason: "the simulation says so"),
      cpuModel: "Simulated", cpuVendor: "Roost", architecture: "x86_64",
      traits: ["COMPUTE_NODE", "HW_CPU_X86_SSE2"])
  }
}
