// SPDX-License-Identifier: Apache-2.0

public import Base
public import Hypervisor
public import Images
public import Journal
public import Log
public import Switch

/// Everything of a node that its instances are made from, and who it is.
public struct NodeParts: Sendable {
  /// This node.
  public var node: NodeID
  /// The host's boot id.
  public var bootID: String
  /// Whether the file system of the instances takes O_DIRECT.
  public var directIO: Bool
  /// How many guests that a reboot took down are started together.
  public var startLimit: Int
  /// Runs the domains.
  public var hypervisor: any Hypervisor
  /// Holds the ports.
  public var network: any Switch
  /// Holds the base images.
  public var images: ImageCache
  /// Holds the instances' files.
  public var disks: InstanceDisks
  /// Remembers what was told.
  public var journal: any JournalKeeping
  /// Time.
  public var clock: any Clock
  /// Chance, for jitter.
  public var randomness: any Randomness
  /// For proofs that a killed agent loses nothing.
  public var crashPoints: CrashPoints
  /// Where to write.
  public var log: Logger

  /// All parts of a node.
  public init(
    node: NodeID, bootID: String, directIO: Bool, startLimit: Int = 4,
    hypervisor: any Hypervisor, network: any Switch, images: ImageCache, disks: InstanceDisks,
    journal: any JournalKeeping,
    clock: any Clock, randomness: any Randomness, crashPoints: CrashPoints, log: Logger
  ) {
    self.node = node
    self.bootID = bootID
    self.directIO = directIO
    self.startLimit = startLimit
    self.hypervisor = hypervisor
    self.network = network
    self.images = images
    self.disks = disks
    self.journal = journal
    self.clock = clock
    self.randomness = randomness
    self.crashPoints = crashPoints
    self.log = log
  }
}
