// SPDX-License-Identifier: Apache-2.0

/// A sum of weights that is near most scores, whatever hosts are left: scores differ by request in how far
/// their scales reach, and that is seldom much. The greatest such sum of some hosts gives a far better bound
/// of their scores than the greatest of each weight: those are seldom one host's.
struct Direction: Sendable, Hashable {
  /// What each weight counts; 0 for one that does not.
  let weights: SIMD8<Double>

  init(_ weights: SIMD8<Double>) { self.weights = weights }

  /// - Parameter high: the greatest of each weight.
  init(_ multipliers: SIMD8<Double>, _ high: SIMD8<Double>) {
    let isKnown = high .> 0 .& high .< .init(repeating: .infinity)
    weights = SIMD8.zero.replacing(with: multipliers / high, where: isKnown)
  }

  func sum(_ values: SIMD8<Double>) -> Double { (weights * values).sum() }
}

/// Bounds of the scores of hosts, for one search.
struct ScoreBound: Sendable {
  private let scale: Scale
  /// The score is `turns` times the sum by the direction, plus `rest` by each weight, less `base`.
  private let turns: Double
  private let rest: SIMD8<Double>
  private let isRestNegative: SIMDMask<SIMD8<Int64>>
  private let base: Double
  private let slack: Double

  init(_ scale: Scale, _ direction: Direction) {
    self.scale = scale
    let wanted = scale.multipliers / scale.range
    var (ratio, count) = (0.0, 0.0)
    for column in 0..<8 where direction.weights[column] != 0 && wanted[column] != 0 {
      ratio += wanted[column] / direction.weights[column]
      count += 1
    }
    turns = count > 0 ? max(ratio / count, 0) : 0
    rest = wanted - turns * direction.weights
    isRestNegative = rest .< 0
    base = (wanted * scale.low).sum()
    // Far more than what rounding takes.
    slack = 1e-9 * (1 + (wanted * scale.low).magnitudes.sum())
  }

  /// What the best of the hosts within the box can have at most; −∞ where none can pass or get a place.
  @inline(__always)
  func of(_ box: HostBox, _ test: HostTest, _ ranking: Ranking) -> Double {
    guard test.mayPass(box) else { return -.infinity }
    let extremes = box.high.replacing(with: box.low, where: isRestNegative)
    let reach = turns * box.reach + (rest * extremes).sum() - base
    let bound = reach + slack * (1 + abs(reach))
    // Exact, which tells hosts that are alike apart, and slow.
    guard ranking.wouldTake(bound, box.firstSlot),
      ranking.wouldTake(scale.bound(box), box.firstSlot)
    else { return -.infinity }
    return bound
  }
}

extension SIMD8<Double> {
  fileprivate var magnitudes: Self { replacing(with: -self, where: self .< 0) }
}
