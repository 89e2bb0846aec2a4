// SPDX-License-Identifier: Apache-2.0

/// How hosts are chosen.
public struct SchedulerConfiguration: Sendable, Hashable {
  /// What each weigher counts; one that is missing has its default. A negative multiplier packs where a
  /// positive one spreads.
  public var multipliers: [Weigher: Double]
  /// So many of the best hosts are told of in an explanation, the chosen one among them.
  public var rankedHosts: Int
  /// The zone of hosts that are in none.
  public var defaultZone: String

  /// A configuration; the defaults are Nova's.
  public init(
    multipliers: [Weigher: Double] = [:], rankedHosts: Int = 3, defaultZone: String = "nova"
  ) {
    self.multipliers = multipliers
    self.rankedHosts = rankedHosts
    self.defaultZone = defaultZone
  }

  /// Those of a host in these aggregates.
  func multipliers(in aggregates: [HostAggregate]) -> SIMD8<Double> {
    var result = SIMD8<Double>.zero
    for weigher in Weigher.allCases {
      result[weigher.rawValue] =
        aggregates.leastNumber(weigher.multiplierKey) ?? multipliers[weigher]
        ?? weigher.defaultMultiplier
    }
    return result
  }
}
