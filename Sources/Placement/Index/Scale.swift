// SPDX-License-Identifier: Apache-2.0

/// Makes scores of weights, as Nova's scheduler does: each weigher's weight is put on a scale from its least
/// to its greatest among the hosts that are left, and what the weighers say is added up in their order.
///
/// Source: `normalize` and `get_weighed_objects` in nova/weights.py. Rounding is the same for a host and for
/// bounds of many, so that a bound is never below the score of a host within it.
struct Scale: Sendable, Hashable {
  /// 0 for a weigher that does not count, or by which all are equal.
  var multipliers: SIMD8<Double>
  var low: SIMD8<Double>
  /// Never 0.
  var range: SIMD8<Double>

  /// - Parameters:
  ///   - low: the least of each weight; what Nova takes instead where it has a fixed one.
  ///   - high: the greatest.
  init(multipliers: SIMD8<Double>, low: SIMD8<Double>, high: SIMD8<Double>) {
    let isFlat = high .<= low
    self.multipliers = multipliers.replacing(with: 0, where: isFlat)
    self.low = low.replacing(with: 0, where: isFlat)
    range = (high - low).replacing(with: 1, where: isFlat)
  }

  /// What each weigher says of a host.
  @inline(__always)
  func terms(_ weights: SIMD8<Double>) -> SIMD8<Double> {
    multipliers * ((weights - low) / range)
  }

  @inline(__always)
  func score(_ weights: SIMD8<Double>) -> Double {
    let terms = terms(weights)
    var sum = 0.0
    for column in 0..<8 { sum += terms[column] }
    return sum
  }

  /// No host within these bounds has a greater score.
  @inline(__always)
  func bound(_ box: HostBox) -> Double {
    score(box.high.replacing(with: box.low, where: multipliers .< 0))
  }
}
