// SPDX-License-Identifier: Apache-2.0

/// The best few hosts that a search has found so far.
struct Ranking: Sendable, Hashable {
  struct Place: Sendable, Hashable {
    var slot: UInt32
    var score: Double
  }

  /// The best first. Of equals the one that was created first is better.
  private(set) var places: [Place] = []
  private let size: Int

  init(size: Int) {
    self.size = size
    places.reserveCapacity(size + 1)
  }

  /// Whether a host with this score, or a later one with at most this score, would get a place.
  @inline(__always)
  func wouldTake(_ score: Double, _ slot: UInt32) -> Bool {
    guard places.count >= size, let last = places.last else { return size > 0 }
    return score > last.score || (score == last.score && slot < last.slot)
  }

  mutating func add(_ slot: UInt32, _ score: Double) {
    guard wouldTake(score, slot) else { return }
    let place =
      places.lastIndex { $0.score > score || ($0.score == score && $0.slot < slot) }.map { $0 + 1 }
    places.insert(Place(slot: slot, score: score), at: place ?? 0)
    if places.count > size { places.removeLast() }
  }
}
