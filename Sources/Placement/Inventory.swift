// SPDX-License-Identifier: Apache-2.0

/// An amount of one resource.
public struct ResourceAmount: Sendable, Hashable {
  /// What is counted.
  public let resource: ResourceClass
  /// How much, in the class's unit.
  public let amount: Int64

  /// An amount of a resource.
  public init(_ resource: ResourceClass, _ amount: Int64) {
    self.resource = resource
    self.amount = amount
  }
}

/// What a node has of one resource, and how much of it is claimed. Fields and rules are those of
/// OpenStack Placement's inventories.
public struct Inventory: Sendable, Hashable {
  /// What is counted.
  public var resource: ResourceClass
  /// How much there is.
  public var total: Int64
  /// How much of it guests don't get.
  public var reserved: Int64
  /// How often the rest may be promised.
  public var allocationRatio: Double
  /// The smallest amount a request may ask for.
  public var minUnit: Int64
  /// The largest amount a request may ask for.
  public var maxUnit: Int64
  /// Amounts are multiples of this.
  public var stepSize: Int64
  /// How much is claimed.
  public var used: Int64

  /// An inventory; the defaults are Placement's.
  public init(
    _ resource: ResourceClass, total: Int64, reserved: Int64 = 0, allocationRatio: Double? = nil,
    minUnit: Int64 = 1, maxUnit: Int64 = 2_147_483_647, stepSize: Int64 = 1, used: Int64 = 0
  ) {
    self.resource = resource
    self.total = total
    self.reserved = reserved
    self.allocationRatio = allocationRatio ?? resource.initialAllocationRatio
    self.minUnit = minUnit
    self.maxUnit = maxUnit
    self.stepSize = stepSize
    self.used = used
  }

  /// What may be promised in all: (total − reserved) × allocation ratio.
  public var capacity: Double { Double(total - reserved) * allocationRatio }

  /// Whether the amount is one that this inventory hands out at all, however empty it is.
  public func allows(unit amount: Int64) -> Bool {
    (minUnit...max(minUnit, maxUnit)).contains(amount) && amount % max(1, stepSize) == 0
  }

  /// How much is missing before `amount` fits; 0 when it fits.
  public func shortfall(for amount: Int64) -> Double {
    max(0, Double(used) + Double(amount) - capacity)
  }
}
