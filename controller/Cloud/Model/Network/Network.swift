// SPDX-License-Identifier: Apache-2.0

public import Base

/// A network as Neutron knows it. Its kind is `flat`: the guests are on the physical network itself.
public struct Network: Sendable, Hashable {
  public var id: NetworkID
  public var project: ProjectID
  public var name: String
  public var description: String
  public var isAdminUp: Bool
  /// Whether other projects may use it.
  public var isShared: Bool
  /// The name under which nodes have a bridge for it.
  public var physicalNetwork: String
  /// Bytes in a frame's payload.
  public var mtu: Int64
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  /// A record with every field.
  public init(
    id: NetworkID, project: ProjectID, name: String, description: String, isAdminUp: Bool,
    isShared: Bool, physicalNetwork: String, mtu: Int64, createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.description = description
    self.isAdminUp = isAdminUp
    self.isShared = isShared
    self.physicalNetwork = physicalNetwork
    self.mtu = mtu
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// An address block of a network, static: guests learn their addresses from the config drive.
public struct Subnet: Sendable, Hashable {
  public var id: SubnetID
  public var network: NetworkID
  public var project: ProjectID
  public var name: String
  public var description: String
  public var cidr: CIDR
  /// nil when the subnet has no gateway.
  public var gateway: IPAddress?
  /// What addresses are handed out from, in order.
  public var allocationPools: [AddressRange]
  public var dnsServers: [String]
  public var hostRoutes: [HostRoute]
  /// Neutron's flag; kept and shown, as nothing here serves DHCP.
  public var isDHCPEnabled: Bool
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  /// A record with every field.
  public init(
    id: SubnetID, network: NetworkID, project: ProjectID, name: String, description: String,
    cidr: CIDR, gateway: IPAddress?, allocationPools: [AddressRange], dnsServers: [String],
    hostRoutes: [HostRoute], isDHCPEnabled: Bool, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.network = network
    self.project = project
    self.name = name
    self.description = description
    self.cidr = cidr
    self.gateway = gateway
    self.allocationPools = allocationPools
    self.dnsServers = dnsServers
    self.hostRoutes = hostRoutes
    self.isDHCPEnabled = isDHCPEnabled
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A route a guest should set.
public struct HostRoute: Sendable, Hashable {
  public var destination: CIDR
  public var nextHop: IPAddress

  /// A route to a block by way of an address.
  public init(destination: CIDR, nextHop: IPAddress) {
    self.destination = destination
    self.nextHop = nextHop
  }
}
