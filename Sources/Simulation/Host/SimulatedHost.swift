// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor
public import Switch

/// What outlives an agent on its host: guests and taps. A value; whoever holds it decides when a call
/// reaches it.
public struct SimulatedHost: Sendable, Hashable {
  /// What a definition says that Roost ever asks for again.
  public struct Definition: Sendable, Hashable {
    public var instance: InstanceID
    public var generation: Generation
    public var node: NodeID
    public var taps: [String]
    /// As pinned at an earlier definition; nil takes the host's.
    public var machineType: String?

    /// All of it.
    public init(
      instance: InstanceID, generation: Generation, node: NodeID, taps: [String],
      machineType: String?
    ) {
      self.instance = instance
      self.generation = generation
      self.node = node
      self.taps = taps
      self.machineType = machineType
    }

    /// What the simulation keeps of a domain's description.
    public init(_ spec: DomainSpec) {
      self.init(
        instance: spec.instance, generation: spec.generation, node: spec.node,
        taps: spec.interfaces.map(\.tap), machineType: spec.machineType)
    }
  }

  private struct Guest: Hashable {
    /// Nil once undefined: what runs without a definition goes when it ends.
    var definition: Definition
    var power: PowerState
  }

  /// The machine type of a guest that names none.
  public static let machineType = "pc-simulated-1.0"

  private var guests: [InstanceID: Guest] = [:]
  private var plugged: [PortID: ObservedTap] = [:]

  /// A host without guests.
  public init() {}

  // MARK: Guests

  /// Every domain, by name.
  public var domains: [ObservedDomain] {
    guests.keys.sorted().compactMap { domain($0) }
  }

  /// Whose domains there are.
  public var instances: Set<InstanceID> { Set(guests.keys) }

  /// Whose vCPUs run, in order.
  public var running: [InstanceID] {
    guests.filter { $0.value.power == .running }.keys.sorted()
  }

  /// One instance's domain.
  public func domain(_ id: InstanceID) -> ObservedDomain? {
    guard let guest = guests[id] else { return nil }
    return ObservedDomain(
      instance: id, name: DomainSpec.domainName(of: id), uuid: id.uuid, powerState: guest.power,
      active: guest.power.isActive, generation: guest.definition.generation,
      node: guest.definition.node, role: .owner, machineType: guest.definition.machineType,
      taps: guest.definition.taps)
  }

  /// Defines a domain, or defines it anew; one that is active stays so.
  public mutating func define(_ definition: Definition) {
    var pinned = definition
    pinned.machineType = definition.machineType ?? Self.machineType
    let power = guests[definition.instance]?.power ?? .shutdown
    guests[definition.instance] = Guest(definition: pinned, power: power)
  }

  /// Starts a domain. Returns its new state; nil if it was active.
  ///
  /// - Throws: `notFound` if it isn't defined.
  public mutating func start(_ id: InstanceID, paused: Bool) throws(RoostError) -> PowerState? {
    guard let guest = guests[id] else {
      throw RoostError(.notFound, "The domain of instance \(id) is not defined.")
    }
    guard !guest.power.isActive else { return nil }
    return become(id, paused ? .paused : .running)
  }

  /// Ends a domain. Returns its new state; nil if it wasn't active.
  public mutating func end(_ id: InstanceID) -> PowerState? {
    guard let guest = guests[id], guest.power.isActive else { return nil }
    return become(id, .shutdown)
  }

  /// Forgets a definition. Returns whether there was one.
  ///
  /// - Throws: `conflict` while the domain is active.
  public mutating func undefine(_ id: InstanceID) throws(RoostError) -> Bool {
    guard let guest = guests[id] else { return false }
    guard !guest.power.isActive else {
      throw RoostError(.conflict, "The domain of instance \(id) is active.")
    }
    guests[id] = nil
    return true
  }

  /// A guest changes by itself: powers off, crashes, is started by somebody else. Returns its new
  /// state; nil if there is no such guest or it is so already.
  @discardableResult
  public mutating func become(_ id: InstanceID, _ power: PowerState) -> PowerState? {
    guard let guest = guests[id], guest.power != power else { return nil }
    guests[id]?.power = power
    return power
  }

  /// The host loses power and boots: no guest is active, no tap is left. Returns who was active.
  public mutating func reboot() -> [InstanceID] {
    let ended = guests.keys.filter { guests[$0]?.power.isActive == true }.sorted()
    for id in ended { guests[id]?.power = .shutdown }
    plugged = [:]
    return ended
  }

  // MARK: Taps

  /// Every tap, by name.
  public var taps: [ObservedTap] { plugged.values.sorted { $0.name < $1.name } }

  /// Makes a port's tap, or puts it right.
  public mutating func plug(_ port: PortSpec) {
    plugged[port.id] = ObservedTap(
      name: LinkNames.tap(of: port.id), port: port.id, bridge: "br-\(port.physicalNetwork)",
      mtu: port.mtu, up: true)
  }

  /// Removes a port's tap; none there is fine.
  public mutating func unplug(_ port: PortID) { plugged[port] = nil }
}

extension PowerState {
  /// Whether a process runs the guest.
  var isActive: Bool {
    switch self {
    case .running, .paused, .suspended: true
    case .noState, .shutdown, .crashed: false
    }
  }
}
