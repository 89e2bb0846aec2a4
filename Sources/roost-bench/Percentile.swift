// SPDX-License-Identifier: Apache-2.0

extension [Double] {
  /// The smallest value that `percent` of all don't exceed (nearest rank); 0 for none.
  func percentile(_ percent: Double) -> Double {
    guard !isEmpty else { return 0 }
    let rank = Int((percent / 100 * Double(count)).rounded(.up))
    return sorted()[Swift.min(Swift.max(rank, 1), count) - 1]
  }
}
