// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol

/// What the node knows of one instance.
public struct JournalEntry: Sendable, Hashable {
  /// The instance.
  public var instance: InstanceID
  /// The version of the desired state.
  public var generation: Generation
  /// What should be.
  public var target: Desired.Target
  /// What it is made from. A revoked instance keeps the last one, which names its ports; empty when
  /// the node was told nothing but the revocation.
  public var spec: InstanceSpec
  /// Whether the guest ever ran here. From then on its disk holds a user's data and is removed only
  /// on revocation.
  public var booted: Bool
  /// The host's boot id when the guest was last started for this generation; nil before that.
  public var startedIn: String?
  /// Nova's number of the power state that was last reported as settled.
  public var power: UInt32
  /// Why this generation can't be made so; nil while there is hope.
  public var failure: String?

  /// An entry about an instance that has not been worked on.
  public init(
    instance: InstanceID, generation: Generation, target: Desired.Target,
    spec: InstanceSpec = InstanceSpec(), booted: Bool = false, startedIn: String? = nil,
    power: UInt32 = 0, failure: String? = nil
  ) {
    self.instance = instance
    self.generation = generation
    self.target = target
    self.spec = spec
    self.booted = booted
    self.startedIn = startedIn
    self.power = power
    self.failure = failure
  }
}
