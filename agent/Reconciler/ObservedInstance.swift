// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor

/// What exists of one instance on this node.
public struct ObservedInstance: Sendable, Hashable {
  /// Its domain; nil if none is defined or running.
  public var domain: Domain?
  /// The ports that have a tap on the right bridge, up.
  public var plugged: [PortID]
  /// The ports that have a tap in any state.
  public var taps: [PortID]
  /// The root disk is there.
  public var disk: Bool
  /// The config drive is there.
  public var configDrive: Bool
  /// Its folder holds something.
  public var files: Bool
  /// Its base image is in the cache.
  public var imageCached: Bool

  /// An observation; by default there is nothing.
  public init(
    domain: Domain? = nil, plugged: [PortID] = [], taps: [PortID] = [], disk: Bool = false,
    configDrive: Bool = false, files: Bool = false, imageCached: Bool = false
  ) {
    self.domain = domain
    self.plugged = plugged
    self.taps = taps
    self.disk = disk
    self.configDrive = configDrive
    self.files = files
    self.imageCached = imageCached
  }

  /// The facts of a domain that the plan depends on.
  public struct Domain: Sendable, Hashable {
    /// A QEMU process exists.
    public var active: Bool
    /// A definition outlives that process.
    public var persistent: Bool
    /// Running, off or crashed.
    public var power: PowerState
    /// What it was defined from.
    public var generation: Generation?
    /// As pinned at the first boot.
    public var machineType: String?

    /// A domain's facts.
    public init(
      active: Bool, persistent: Bool = true, power: PowerState, generation: Generation?,
      machineType: String? = nil
    ) {
      self.active = active
      self.persistent = persistent
      self.power = power
      self.generation = generation
      self.machineType = machineType
    }
  }
}
