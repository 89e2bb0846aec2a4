// SPDX-License-Identifier: Apache-2.0

public import Base

/// What one instance should be on one node, as it was last decided.
public struct DesiredRecord: Sendable, Hashable {
  /// What it should be.
  public enum Target: String, Sendable, Hashable, CaseIterable {
    case running
    case stopped
    /// Revoked: the guest, its ports and local disks are to go.
    case absent
  }

  public var instance: InstanceID
  public var node: NodeID
  public var generation: Generation
  public var target: Target
  /// Whether the node has said that it is so.
  public var isSettled: Bool

  /// A record with every field.
  public init(
    instance: InstanceID, node: NodeID, generation: Generation, target: Target, isSettled: Bool
  ) {
    self.instance = instance
    self.node = node
    self.generation = generation
    self.target = target
    self.isSettled = isSettled
  }
}

/// Something of Roost's on a node that the store doesn't know: kept running, listed, and removed by
/// an operator only.
public struct Orphan: Sendable, Hashable {
  public var node: NodeID
  public var instance: InstanceID
  public var generation: Generation
  public var firstSeenAt: Timestamp
  /// What its node is told to remove it, once an operator has ordered that.
  public var removal: Generation?

  /// An orphan that nobody has decided about.
  public init(node: NodeID, instance: InstanceID, generation: Generation, firstSeenAt: Timestamp) {
    self.node = node
    self.instance = instance
    self.generation = generation
    self.firstSeenAt = firstSeenAt
  }
}
