// SPDX-License-Identifier: Apache-2.0

/// What a provider is or can do, by name. Which standard names there are (os-traits) is data of the
/// API; here a trait is any well-formed name.
public struct Trait: RawRepresentable, Sendable, Hashable, Comparable {
  /// The name as every API spells it.
  public let rawValue: String

  /// Takes 1 to 255 of A–Z, 0–9 and _. Nil for anything else.
  public init?(rawValue: String) {
    guard isUpperName(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(standard name: String) { rawValue = name }

  /// Whether an operator made it up.
  public var isCustom: Bool { rawValue.hasPrefix(customPrefix) }

  /// By name.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// What is allowed, for errors.
  public static let rule = "1 to 255 of A-Z, 0-9 and _"

  /// The provider shares what it has with every tree that has a provider in one of its aggregates.
  public static let sharesViaAggregate = Self(standard: "MISC_SHARES_VIA_AGGREGATE")
}
