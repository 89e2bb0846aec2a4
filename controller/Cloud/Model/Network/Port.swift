// SPDX-License-Identifier: Apache-2.0

public import Base

/// A port: one guest interface's place on a network.
public struct Port: Sendable, Hashable {
  /// Neutron's words for whether frames can pass.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case active = "ACTIVE"
    case down = "DOWN"
    case build = "BUILD"
    case error = "ERROR"
  }

  public var id: PortID
  public var network: NetworkID
  public var project: ProjectID
  public var name: String
  public var description: String
  public var macAddress: MACAddress
  public var isAdminUp: Bool
  public var status: Status
  /// The server that has it, or what another owner wrote there.
  public var deviceID: String
  /// `compute:nova` and the like.
  public var deviceOwner: String
  /// The instance that holds it; nil while none does.
  public var instance: InstanceID?
  /// The node it is plugged on.
  public var node: NodeID?
  /// Its place among the instance's interfaces, from 0.
  public var position: Int64
  /// Whether it was made for the instance and goes with it.
  public var isOwnedByInstance: Bool
  public var addresses: [FixedAddress]
  public var createdAt: Timestamp
  public var updatedAt: Timestamp

  /// A record with every field.
  public init(
    id: PortID, network: NetworkID, project: ProjectID, name: String, description: String,
    macAddress: MACAddress, isAdminUp: Bool, status: Status, deviceID: String,
    deviceOwner: String, instance: InstanceID?, node: NodeID?, position: Int64,
    isOwnedByInstance: Bool, addresses: [FixedAddress], createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.network = network
    self.project = project
    self.name = name
    self.description = description
    self.macAddress = macAddress
    self.isAdminUp = isAdminUp
    self.status = status
    self.deviceID = deviceID
    self.deviceOwner = deviceOwner
    self.instance = instance
    self.node = node
    self.position = position
    self.isOwnedByInstance = isOwnedByInstance
    self.addresses = addresses
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// The tap's name on its node: `tap` and the first 11 characters of the id, as Nova does.
  public var tapName: String { "tap" + id.description.prefix(11) }
}

/// An address a port holds.
public struct FixedAddress: Sendable, Hashable {
  public var subnet: SubnetID
  public var address: IPAddress

  /// An address in a subnet.
  public init(subnet: SubnetID, address: IPAddress) {
    self.subnet = subnet
    self.address = address
  }
}

/// A project's security group. Every project has the one named `default`.
public struct SecurityGroup: Sendable, Hashable {
  public var id: SecurityGroupID
  public var project: ProjectID
  public var name: String
  public var description: String
  public var createdAt: Timestamp

  /// A record with every field.
  public init(
    id: SecurityGroupID, project: ProjectID, name: String, description: String,
    createdAt: Timestamp
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.description = description
    self.createdAt = createdAt
  }
}

/// Names a security group.
public enum SecurityGroupTag {}
public typealias SecurityGroupID = Identifier<SecurityGroupTag>
