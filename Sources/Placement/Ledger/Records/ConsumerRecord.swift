// SPDX-License-Identifier: Apache-2.0

/// An amount that a consumer holds of a provider.
public struct Allocation: Sendable, Hashable {
  /// Whose it is.
  public var provider: ProviderID
  /// What.
  public var resource: ResourceClass
  /// How much; at least 1.
  public var amount: Int64

  /// An allocation.
  public init(_ provider: ProviderID, _ resource: ResourceClass, _ amount: Int64) {
    self.provider = provider
    self.resource = resource
    self.amount = amount
  }
}

/// Who holds allocations. A consumer exists while it holds any.
public struct ConsumerRecord: Sendable, Hashable {
  /// The consumer.
  public var id: ConsumerID
  /// How often its allocations were written; the first write makes it 1.
  public var generation: Int64
  /// What it is, as `INSTANCE`; nil where no writer has said (Placement prints `unknown`).
  public var type: String?
  /// Whose it is; Keystone's ids, or whatever the writer calls it.
  public var project: String
  /// Who made it.
  public var user: String
  /// What it holds, in order of the providers' creation, then of the classes' names.
  public var allocations: [Allocation]

  /// A consumer's record.
  public init(
    id: ConsumerID, generation: Int64, type: String?, project: String, user: String,
    allocations: [Allocation]
  ) {
    self.id = id
    self.generation = generation
    self.type = type
    self.project = project
    self.user = user
    self.allocations = allocations
  }
}
