// SPDX-License-Identifier: Apache-2.0

public import Base

/// Names a resource provider.
public enum ProviderTag {}
/// Names a consumer of resources.
public enum ConsumerTag {}
/// Names an aggregate: providers that somebody put together.
public enum AggregateTag {}

public typealias ProviderID = Identifier<ProviderTag>
public typealias ConsumerID = Identifier<ConsumerTag>
public typealias AggregateID = Identifier<AggregateTag>

extension Identifier where Tag == ProviderTag {
  /// A node's provider: the root of its tree has the node's UUID, as with Nova's compute nodes.
  public init(_ node: NodeID) { self.init(node.uuid) }

  /// The node whose provider this is, if it is one's.
  public var node: NodeID { NodeID(uuid) }
}

extension Identifier where Tag == ConsumerTag {
  /// An instance as a consumer: it has the instance's UUID, as with Nova's servers.
  public init(_ instance: InstanceID) { self.init(instance.uuid) }

  /// The instance that consumes, if it is one.
  public var instance: InstanceID { InstanceID(uuid) }
}
