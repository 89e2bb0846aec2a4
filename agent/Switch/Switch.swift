// SPDX-License-Identifier: Apache-2.0

public import Base

/// The node's own switch: where guests' interfaces meet the networks outside.
///
/// Every call is idempotent, and none touches an interface that Roost did not make.
public protocol Switch: Sendable {
  /// Makes sure that the bridge of a physical network is there and up.
  ///
  /// - Throws: `.badRequest` if the node's configuration has no such network, `.notFound` if the
  ///   bridge is absent and not ours to make, `.conflict` if its name belongs to something else.
  func ensureBridge(_ physicalNetwork: String) async throws(RoostError)
  /// The taps on this node that Roost made, by name.
  func ports() async throws(RoostError) -> [ObservedTap]
  /// Makes the port's tap, on its network's bridge and up. One that is there is put right.
  ///
  /// - Throws: `.conflict` if an interface that isn't Roost's has the tap's name; what
  ///   `ensureBridge` throws.
  func plug(_ port: PortSpec) async throws(RoostError)
  /// Removes the port's tap. None there is fine; one that isn't Roost's stays.
  func unplug(_ port: PortID) async throws(RoostError)
}

/// What a port needs of the switch.
public struct PortSpec: Sendable, Hashable {
  /// The port.
  public var id: PortID
  /// Which of the node's networks it joins.
  public var physicalNetwork: String
  /// Bytes in a frame's payload, 68 to 65535.
  public var mtu: UInt32

  /// A port on a network.
  public init(id: PortID, physicalNetwork: String, mtu: UInt32) {
    self.id = id
    self.physicalNetwork = physicalNetwork
    self.mtu = mtu
  }
}

/// A tap of Roost's as the kernel shows it.
public struct ObservedTap: Sendable, Hashable {
  /// The interface's name.
  public var name: String
  /// The port it was made for.
  public var port: PortID
  /// The bridge it is on; nil for none.
  public var bridge: String?
  /// Bytes in a frame's payload.
  public var mtu: UInt32
  /// Whether it was set up (`IFF_UP`); a carrier needs a guest as well.
  public var up: Bool

  /// A tap with every fact.
  public init(name: String, port: PortID, bridge: String?, mtu: UInt32, up: Bool) {
    self.name = name
    self.port = port
    self.bridge = bridge
    self.mtu = mtu
    self.up = up
  }
}

/// A physical network as the node's configuration knows it.
public struct PhysicalNetwork: Sendable, Hashable {
  /// The network's name, as the controller uses it.
  public var name: String
  /// The Linux bridge that stands for it here.
  public var bridge: String
  /// Whether Roost makes the bridge when it is absent.
  public var create: Bool

  /// A network on a bridge.
  public init(name: String, bridge: String, create: Bool) {
    self.name = name
    self.bridge = bridge
    self.create = create
  }
}
