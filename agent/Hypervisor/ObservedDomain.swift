// SPDX-License-Identifier: Apache-2.0

public import Base
public import FoundationEssentials

/// A domain as libvirt shows it.
public struct ObservedDomain: Sendable, Hashable {
  /// The instance it belongs to, from Roost's metadata; nil for a domain that isn't Roost's.
  public var instance: InstanceID?
  /// libvirt's name.
  public var name: String
  /// libvirt's UUID; equal to the instance's id for Roost's own.
  public var uuid: UUID
  /// Whether it runs, and if not, why not.
  public var powerState: PowerState
  /// The version of the desired state it was defined from; nil for a foreign domain.
  public var generation: Generation?
  /// The node it was defined for; nil for a foreign domain.
  public var node: NodeID?
  /// Its part in the instance's life; nil for a foreign domain.
  public var role: DomainRole?
  /// The machine type that libvirt resolved, such as `pc-i440fx-7.2`; pinned from the first boot.
  public var machineType: String?
  /// Whether a QEMU process exists for it.
  public var active: Bool
  /// Whether a definition is kept that outlives the process.
  public var persistent: Bool
  /// Host names of its interfaces' taps.
  public var taps: [String]

  /// A domain with the facts every domain has.
  public init(
    instance: InstanceID?, name: String, uuid: UUID, powerState: PowerState, active: Bool,
    persistent: Bool = true, generation: Generation? = nil, node: NodeID? = nil,
    role: DomainRole? = nil, machineType: String? = nil, taps: [String] = []
  ) {
    self.instance = instance
    self.name = name
    self.uuid = uuid
    self.powerState = powerState
    self.active = active
    self.persistent = persistent
    self.generation = generation
    self.node = node
    self.role = role
    self.machineType = machineType
    self.taps = taps
  }
}

/// A domain's part in its instance's life.
public enum DomainRole: String, Sendable, Hashable, CaseIterable {
  /// The instance lives here.
  case owner
}
