// SPDX-License-Identifier: Apache-2.0

/// Which generation a writer believes a consumer to have.
public enum ExpectedGeneration: Sendable, Hashable {
  /// The writer does not say (before microversion 1.28).
  case any
  /// The consumer does not exist yet; `null` in Placement's API.
  case absent
  /// Exactly this.
  case exactly(Int64)
}

/// All that one consumer is to hold from now on.
public struct AllocationWrite: Sendable, Hashable {
  /// The consumer.
  public var consumer: ConsumerID
  /// What the writer believes its generation to be.
  public var generation: ExpectedGeneration
  /// The consumer's type; nil leaves what was said before (before microversion 1.38).
  public var type: String?
  /// Whose it is.
  public var project: String
  /// Who made it.
  public var user: String
  /// At most one per provider and class. None takes everything from the consumer.
  public var allocations: [Allocation]

  /// A write for one consumer.
  public init(
    _ consumer: ConsumerID, generation: ExpectedGeneration, type: String? = nil, project: String,
    user: String, allocations: [Allocation]
  ) {
    self.consumer = consumer
    self.generation = generation
    self.type = type
    self.project = project
    self.user = user
    self.allocations = allocations
  }
}
