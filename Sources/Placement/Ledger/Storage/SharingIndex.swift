// SPDX-License-Identifier: Apache-2.0

/// Which sharing providers there are in each aggregate.
struct SharingIndex: Sendable {
  /// Slots by an aggregate's number, ascending. Looked up, never gone through.
  private var byAggregate: [Int: [Int]] = [:]

  /// Whether nobody shares anything.
  var isEmpty: Bool { byAggregate.isEmpty }

  /// The sharing providers of an aggregate.
  func sharers(in aggregate: Int) -> [Int] { byAggregate[aggregate] ?? [] }

  mutating func add(_ slot: Int, to aggregate: Int) {
    byAggregate[aggregate, default: []].insertSorted(slot)
  }

  mutating func remove(_ slot: Int, from aggregate: Int) {
    byAggregate[aggregate]?.removeSorted(slot)
    if byAggregate[aggregate]?.isEmpty == true { byAggregate[aggregate] = nil }
  }
}
