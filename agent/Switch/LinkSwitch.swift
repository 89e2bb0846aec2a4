// SPDX-License-Identifier: Apache-2.0

public import Base
import CNetlink
import Glibc
public import Lanes
public import Log
import Synchronization

/// A switch made of Linux bridges, one for each physical network, and persistent taps.
///
/// Needs CAP_NET_ADMIN, and CAP_SYS_ADMIN to enter a namespace. Bridges and taps outlive the
/// process: guests keep their network while the agent is away.
public final class LinkSwitch: Switch {
  private let networks: [String: PhysicalNetwork]
  private let namespace: String?
  private let lane: any LaneRunning
  private let crashPoints: CrashPoints
  private let log: Logger
  private let kernel = Mutex<Kernel?>(nil)

  /// - Parameters:
  ///   - networks: the node's physical networks.
  ///   - namespace: a name below /run/netns that all of this happens in; nil for the process's own.
  ///   - lane: must run everything on one thread of its own, which stays in the namespace.
  public init(
    networks: [PhysicalNetwork], namespace: String?, lane: any LaneRunning,
    crashPoints: CrashPoints = .none, log: Logger
  ) {
    self.networks = Dictionary(networks.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    self.namespace = namespace
    self.lane = lane
    self.crashPoints = crashPoints
    self.log = log
  }

  private static let deadline = Duration.seconds(10)

  /// Removes what a crash left unfinished. To be called once, before anything is plugged.
  public func recover() async throws(RoostError) {
    try await onLane("switch.recover") { kernel throws(RoostError) in
      for link in try kernel.links()
      where link.name.hasPrefix(LinkNames.unfinishedPrefix) && link.type == "tun" {
        try kernel.delete(link.name)
      }
    }
  }

  public func ensureBridge(_ physicalNetwork: String) async throws(RoostError) {
    let network = try known(physicalNetwork)
    let made = try await onLane("switch.ensureBridge") { kernel throws(RoostError) in
      try Self.ensure(network, kernel).made
    }
    if made { log.info("made bridge \(network.bridge) for physical network \(network.name)") }
  }

  public func ports() async throws(RoostError) -> [ObservedTap] {
    try await onLane("switch.ports") { kernel throws(RoostError) in
      let links = try kernel.links()
      let names = Dictionary(links.map { ($0.index, $0.name) }, uniquingKeysWith: { $1 })
      return links.compactMap { link in
        LinkNames.port(fromAlias: link.alias).map { port in
          ObservedTap(
            name: link.name, port: port, bridge: names[link.master], mtu: link.mtu, up: link.up)
        }
      }
      .sorted { $0.name < $1.name }
    }
  }

  public func plug(_ port: PortSpec) async throws(RoostError) {
    guard (68...65535).contains(port.mtu) else {
      throw RoostError(
        .badRequest, "The MTU \(port.mtu) of port \(port.id) is outside 68 to 65535.")
    }
    let network = try known(port.physicalNetwork)
    try await onLane("switch.plug") { [crashPoints] kernel throws(RoostError) in
      let bridge = try Self.ensure(network, kernel).bridge
      let name = LinkNames.tap(of: port.id)
      if let there = try kernel.link(name) {
        try Self.requireOurs(there, port.id)
      } else {
        try Self.makeTap(port.id, kernel, crashPoints)
        crashPoints.reach(.plugPortMarked)
      }
      // ip link set NAME mtu MTU master BRIDGE up
      try kernel.change(name, "set MTU") { rtnl_link_set_mtu($0, port.mtu) }
      try kernel.change(name, "set master") { rtnl_link_set_master($0, bridge.index) }
      try kernel.change(name, "set up") { rtnl_link_set_flags($0, UInt32(IFF_UP)) }
    }
  }

  public func unplug(_ port: PortID) async throws(RoostError) {
    try await onLane("switch.unplug") { kernel throws(RoostError) in
      try kernel.delete(LinkNames.unfinished(port))
      guard let there = try kernel.link(LinkNames.tap(of: port)),
        LinkNames.port(fromAlias: there.alias) == port
      else { return }
      try kernel.delete(there.name)
    }
  }

  private func known(_ name: String) throws(RoostError) -> PhysicalNetwork {
    guard let network = networks[name] else {
      throw RoostError(.badRequest, "This node has no physical network \(name).")
    }
    return network
  }

  /// `ip link add BRIDGE type bridge; ip link set BRIDGE up`, as far as needed. The mark tells an
  /// operator who made the bridge; that Roost may set it up follows from the configuration.
  private static func ensure(
    _ network: PhysicalNetwork, _ kernel: Kernel
  ) throws(RoostError) -> (bridge: Link, made: Bool) {
    var made = false
    if try kernel.link(network.bridge) == nil {
      guard network.create else {
        throw RoostError(
          .notFound,
          "The bridge \(network.bridge) of physical network \(network.name) does not exist, "
            + "and the configuration does not let Roost create it.")
      }
      try kernel.addBridge(network.bridge)
      // ip link set BRIDGE alias ALIAS
      try kernel.change(network.bridge, "set alias") {
        rtnl_link_set_ifalias($0, LinkNames.bridgeAlias(of: network.name))
      }
      made = true
    }
    guard let bridge = try kernel.link(network.bridge), bridge.type == "bridge" else {
      throw RoostError(
        .conflict,
        "The interface \(network.bridge) of physical network \(network.name) is not a "
          + "Linux bridge.")
    }
    // Someone who brought his own bridge decides whether it is up.
    if !bridge.up && network.create {
      try kernel.change(network.bridge, "set up") {
        rtnl_link_set_flags($0, UInt32(IFF_UP))
      }
    }
    return (bridge, made)
  }

  private static func requireOurs(_ link: Link, _ port: PortID) throws(RoostError) {
    guard LinkNames.port(fromAlias: link.alias) == port else {
      throw RoostError(
        .conflict, "The interface \(link.name) exists and does not belong to port \(port).",
        operator: "its alias is '\(link.alias)'")
    }
  }

  /// Makes and marks the tap under a name of its own first; see `LinkNames.unfinished`.
  private static func makeTap(
    _ port: PortID, _ kernel: Kernel, _ crashPoints: CrashPoints
  ) throws(RoostError) {
    let unfinished = LinkNames.unfinished(port)
    try kernel.delete(unfinished)
    do throws(RoostError) {
      try kernel.addTap(unfinished)
      crashPoints.reach(.plugPortMade)
      // ip link set UNFINISHED alias ALIAS; ip link set UNFINISHED name NAME
      try kernel.change(unfinished, "set alias") {
        rtnl_link_set_ifalias($0, LinkNames.alias(of: port))
      }
      try kernel.change(unfinished, "rename") { rtnl_link_set_name($0, LinkNames.tap(of: port)) }
    } catch {
      try? kernel.delete(unfinished)
      throw error
    }
  }

  private func onLane<T: Sendable>(
    _ operation: String, _ work: @escaping @Sendable (Kernel) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    try await lane.run(operation, timeout: Self.deadline) { [self] () throws(RoostError) -> T in
      try work(try opened())
    }
  }

  /// Opened at the first use, because only there runs the lane's thread.
  private func opened() throws(RoostError) -> Kernel {
    if let open = kernel.withLock({ $0 }) { return open }
    let fresh = try Kernel(namespace: namespace)
    kernel.withLock { $0 = fresh }
    return fresh
  }
}
