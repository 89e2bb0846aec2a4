// SPDX-License-Identifier: Apache-2.0

/// What a provider has of one class, and on which terms it hands it out. Fields and rules are those
/// of OpenStack Placement's inventories.
public struct ProviderInventory: Sendable, Hashable {
  /// What is counted.
  public var resource: ResourceClass
  /// How much there is.
  public var total: Int64
  /// How much of it nobody gets.
  public var reserved: Int64
  /// How often the rest may be promised.
  public var allocationRatio: Double
  /// The smallest amount of one allocation.
  public var minUnit: Int64
  /// The largest amount of one allocation.
  public var maxUnit: Int64
  /// Amounts are multiples of this.
  public var stepSize: Int64

  /// An inventory; the defaults are those of Placement's API.
  public init(
    _ resource: ResourceClass, total: Int64, reserved: Int64 = 0, allocationRatio: Double = 1,
    minUnit: Int64 = 1, maxUnit: Int64 = LedgerLimits.maximumAmount, stepSize: Int64 = 1
  ) {
    self.resource = resource
    self.total = total
    self.reserved = reserved
    self.allocationRatio = allocationRatio
    self.minUnit = minUnit
    self.maxUnit = maxUnit
    self.stepSize = stepSize
  }

  /// What may be promised in all: (total − reserved) × allocation ratio.
  public var capacity: Double { (Double(total) - Double(reserved)) * allocationRatio }

  /// Throws what is wrong with the numbers.
  ///
  /// The ranges are those of Placement's schema. Beyond it, a ratio must be more than 0 and
  /// `min_unit` at most `max_unit`: such an inventory could never be used, and its sender is better
  /// told.
  func validate() throws(LedgerError) {
    let most = LedgerLimits.maximumAmount
    try check("total", total, in: 1...most)
    try check("reserved", reserved, in: 0...most)
    try check("min_unit", minUnit, in: 1...most)
    try check("max_unit", maxUnit, in: 1...most)
    try check("step_size", stepSize, in: 1...most)
    guard allocationRatio > 0, allocationRatio <= LedgerLimits.maximumRatio else {
      throw refused(
        "allocation_ratio", allocationRatio,
        "a number greater than 0 and at most \(LedgerLimits.maximumRatio)")
    }
    guard reserved <= total else {
      throw refused("reserved", reserved, "at most the total of \(total)")
    }
    guard minUnit <= maxUnit else {
      throw refused("min_unit", minUnit, "at most the max_unit of \(maxUnit)")
    }
  }

  private func check(_ field: String, _ value: Int64, in range: ClosedRange<Int64>)
    throws(LedgerError)
  {
    guard range.contains(value) else {
      throw refused(field, value, "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private func refused(_ field: String, _ value: Any, _ allowed: String) -> LedgerError {
    .invalid(
      field: "inventories.\(resource.rawValue).\(field)", value: "\(value)", allowed: allowed)
  }
}

/// What is allocated from an inventory beside its terms.
public struct InventoryUse: Sendable, Hashable {
  /// The terms.
  public var inventory: ProviderInventory
  /// The sum of all allocations from it.
  public var used: Int64

  /// Terms and use.
  public init(_ inventory: ProviderInventory, used: Int64 = 0) {
    self.inventory = inventory
    self.used = used
  }
}
