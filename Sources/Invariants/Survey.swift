// SPDX-License-Identifier: Apache-2.0

public import Base

/// Everything of Roost's that exists on one node, as it found it just now.
public struct NodeSurvey: Sendable, Hashable {
  public var node: NodeID
  public var domains: [Domain]
  public var taps: [Tap]
  public var disks: [Disk]
  public var journal: [Held]

  /// A survey.
  public init(
    node: NodeID, domains: [Domain] = [], taps: [Tap] = [], disks: [Disk] = [],
    journal: [Held] = []
  ) {
    self.node = node
    self.domains = domains
    self.taps = taps
    self.disks = disks
    self.journal = journal
  }

  /// A libvirt domain.
  public struct Domain: Sendable, Hashable {
    /// nil when it isn't Roost's.
    public var instance: InstanceID?
    public var name: String
    /// Whether its vCPUs run.
    public var isRunning: Bool

    /// A domain.
    public init(instance: InstanceID?, name: String, isRunning: Bool) {
      self.instance = instance
      self.name = name
      self.isRunning = isRunning
    }
  }

  /// A tap device with Roost's kind of name.
  public struct Tap: Sendable, Hashable {
    public var name: String
    /// nil when the node doesn't know what it is for.
    public var port: PortID?

    /// A tap.
    public init(name: String, port: PortID?) {
      self.name = name
      self.port = port
    }
  }

  /// A file that belongs to an instance.
  public struct Disk: Sendable, Hashable {
    public var instance: InstanceID?
    public var path: String

    /// A disk.
    public init(instance: InstanceID?, path: String) {
      self.instance = instance
      self.path = path
    }
  }

  /// An entry of the node's journal.
  public struct Held: Sendable, Hashable {
    public var instance: InstanceID
    public var generation: Generation

    /// An entry.
    public init(instance: InstanceID, generation: Generation) {
      self.instance = instance
      self.generation = generation
    }
  }
}
