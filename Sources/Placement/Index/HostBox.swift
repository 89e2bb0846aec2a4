// SPDX-License-Identifier: Apache-2.0

/// What is known of some hosts without looking at each: bounds of their vectors.
struct HostBox: Sendable, Hashable {
  var room: SIMD8<Double>
  var high: SIMD8<Double>
  var low: SIMD8<Double>
  /// The greatest sum of weights by the tree's `Direction`.
  var reach: Double
  /// A bit for each class among them, by the last six bits of its number.
  var kinds: UInt64
  /// The least of their slots.
  var firstSlot: UInt32

  /// The box of no host.
  static let none = HostBox(
    room: .init(repeating: -.infinity), high: .init(repeating: -.infinity),
    low: .init(repeating: .infinity), reach: -.infinity, kinds: 0, firstSlot: .max)

  static func kindBit(_ kind: UInt32) -> UInt64 { 1 << UInt64(kind & 63) }

  mutating func add(_ entry: HostEntry, _ direction: Direction) {
    room = pointwiseMax(room, entry.vector.room)
    high = pointwiseMax(high, entry.vector.weights)
    low = pointwiseMin(low, entry.vector.weights)
    reach = max(reach, direction.sum(entry.vector.weights))
    kinds |= Self.kindBit(entry.kind)
    firstSlot = min(firstSlot, entry.slot)
  }

  func union(_ other: HostBox) -> HostBox {
    HostBox(
      room: pointwiseMax(room, other.room), high: pointwiseMax(high, other.high),
      low: pointwiseMin(low, other.low), reach: max(reach, other.reach), kinds: kinds | other.kinds,
      firstSlot: min(firstSlot, other.firstSlot))
  }
}
