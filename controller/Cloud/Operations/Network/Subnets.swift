// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// What a caller asks of a new subnet.
public struct SubnetDraft: Sendable, Hashable {
  /// Where guests send what isn't local.
  public enum Gateway: Sendable, Hashable {
    /// The block's first host address, as Neutron does.
    case first
    case none
    case address(IPAddress)
  }

  public var network: NetworkID
  public var name: String
  public var description: String
  public var cidr: CIDR
  public var gateway: Gateway
  /// nil for all host addresses but the gateway's.
  public var allocationPools: [AddressRange]?
  public var dnsServers: [String]
  public var hostRoutes: [HostRoute]
  public var isDHCPEnabled: Bool
  public var project: ProjectID?

  /// A subnet with Neutron's defaults.
  public init(network: NetworkID, cidr: CIDR) {
    self.network = network
    self.cidr = cidr
    name = ""
    description = ""
    gateway = .first
    allocationPools = nil
    dnsServers = []
    hostRoutes = []
    isDHCPEnabled = true
    project = nil
  }
}

/// What is to change of a subnet; nil leaves a field as it is.
public struct SubnetChanges: Sendable, Hashable {
  public var name: String?
  public var description: String?
  public var gateway: SubnetDraft.Gateway?
  public var allocationPools: [AddressRange]?
  public var dnsServers: [String]?
  public var hostRoutes: [HostRoute]?
  public var isDHCPEnabled: Bool?

  /// No change yet.
  public init() {}
}

extension Cloud {
  /// Subnets of the networks the caller may see.
  public func subnets(for caller: Caller) async throws(RoostError) -> [Subnet] {
    let project = caller.isAdmin ? nil : caller.project
    return try await store.read { (tx) throws(RoostError) in
      let visible = Set(try tx.networks(visibleTo: project).map(\.id))
      return try tx.subnets().filter { visible.contains($0.network) }
    }
  }

  /// One subnet.
  public func subnet(_ id: SubnetID, for caller: Caller) async throws(RoostError) -> Subnet {
    try await store.read { (tx) throws(RoostError) in try tx.visibleSubnet(id, to: caller) }
  }

  /// Makes a subnet on a network of the caller's.
  public func createSubnet(_ draft: SubnetDraft, for caller: Caller) async throws(RoostError)
    -> Subnet
  {
    try caller.requireWriting()
    let project = try owner(draft.project, for: caller)
    let gateway = draft.gateway.address(in: draft.cidr)
    try checkGateway(gateway, in: draft.cidr)
    let pools = draft.allocationPools ?? defaultPools(of: draft.cidr, gateway: gateway)
    try checkPools(pools, in: draft.cidr, gateway: gateway)
    let (id, now) = (SubnetID.random(from: randomness), clock.now)
    return try await store.write { (tx) throws(RoostError) in
      let network = try tx.ownNetwork(draft.network, of: caller)
      try checkOverlap(draft.cidr, with: tx.subnets(of: network.id))
      let subnet = Subnet(
        id: id, network: network.id, project: project, name: draft.name,
        description: draft.description, cidr: draft.cidr, gateway: gateway,
        allocationPools: pools, dnsServers: draft.dnsServers, hostRoutes: draft.hostRoutes,
        isDHCPEnabled: draft.isDHCPEnabled, createdAt: now, updatedAt: now)
      try tx.insert(subnet)
      return subnet
    }
  }

  /// Changes a subnet of the caller's. Ports keep the addresses they have.
  public func updateSubnet(_ id: SubnetID, _ changes: SubnetChanges, for caller: Caller)
    async throws(RoostError) -> Subnet
  {
    try caller.requireWriting()
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var subnet = try tx.ownSubnet(id, of: caller)
      subnet.name = changes.name ?? subnet.name
      subnet.description = changes.description ?? subnet.description
      if let gateway = changes.gateway { subnet.gateway = gateway.address(in: subnet.cidr) }
      subnet.allocationPools = changes.allocationPools ?? subnet.allocationPools
      subnet.dnsServers = changes.dnsServers ?? subnet.dnsServers
      subnet.hostRoutes = changes.hostRoutes ?? subnet.hostRoutes
      subnet.isDHCPEnabled = changes.isDHCPEnabled ?? subnet.isDHCPEnabled
      subnet.updatedAt = now
      try checkGateway(subnet.gateway, in: subnet.cidr)
      try checkPools(subnet.allocationPools, in: subnet.cidr, gateway: subnet.gateway)
      try tx.update(subnet)
      return subnet
    }
  }

  /// Removes a subnet.
  ///
  /// - Throws: `.conflict` while a port has an address of it.
  public func deleteSubnet(_ id: SubnetID, for caller: Caller) async throws(RoostError) {
    try caller.requireWriting()
    try await store.write { (tx) throws(RoostError) in
      let subnet = try tx.ownSubnet(id, of: caller)
      guard try tx.takenAddresses(of: subnet.id).isEmpty else {
        throw RoostError(
          .conflict,
          "Unable to complete operation on subnet \(id): One or more ports have an IP allocation "
            + "from this subnet.")
      }
      try tx.deleteSubnet(id)
    }
  }
}

extension SubnetDraft.Gateway {
  func address(in cidr: CIDR) -> IPAddress? {
    switch self {
    case .none: nil
    case .address(let address): address
    case .first:
      // A /31 or /32 has no address to spare for one.
      cidr.family.bits - cidr.prefixLength > 1 ? cidr.hosts.first : nil
    }
  }
}

extension Transaction {
  func visibleSubnet(_ id: SubnetID, to caller: Caller) throws(RoostError) -> Subnet {
    guard let subnet = try subnet(id), let network = try network(subnet.network),
      network.isShared || caller.maySee(network.project)
    else { throw .notFound("Subnet", id) }
    return subnet
  }

  func ownSubnet(_ id: SubnetID, of caller: Caller) throws(RoostError) -> Subnet {
    let subnet = try visibleSubnet(id, to: caller)
    guard caller.maySee(subnet.project) else {
      throw RoostError(.forbidden, "Subnet \(id) belongs to another project.")
    }
    return subnet
  }
}
