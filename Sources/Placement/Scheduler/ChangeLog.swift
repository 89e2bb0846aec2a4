// SPDX-License-Identifier: Apache-2.0

/// What changed lately in the rooms of hosts of one class, so that whoever counts those with room for
/// something need not look at all of them again.
///
/// Eight changes stand side by side, which lets one step compare all of them.
struct ChangeLog: Sendable {
  /// For each eight changes, the rooms of each column before them, then those after them.
  private var rows: [SIMD8<Int32>] = []
  /// The number of the first change that is remembered.
  private var first = 0
  /// How many changes there ever were.
  private(set) var count = 0

  private static let rowsOfEight = 2 * ClassColumns.count

  /// Whether all changes from this number on are remembered.
  func remembers(from number: Int) -> Bool { number >= first }

  /// - Parameters:
  ///   - before: the rooms as they were, −1 for less than nothing or a host that is new.
  ///   - members: so many hosts there are. With more changes it is less work to look at the hosts.
  mutating func add(_ before: SIMD8<Int32>, _ after: SIMD8<Int32>, members: Int) {
    if count - first >= max(2 * members, 1024) {
      rows.removeAll(keepingCapacity: true)
      first = count
    }
    let lane = (count - first) % 8
    if lane == 0 {
      rows.append(contentsOf: repeatElement(.zero, count: Self.rowsOfEight))
    }
    let start = rows.count - Self.rowsOfEight
    for column in 0..<ClassColumns.count {
      rows[start + column][lane] = before[column]
      rows[start + ClassColumns.count + column][lane] = after[column]
    }
    count += 1
  }

  /// By how much the changes from a number on, which must be remembered, have changed the number of hosts
  /// that have room for the first, the first two and so on of some amounts.
  func differences(
    from number: Int, _ needs: [(column: Int, amount: Int32)]
  ) -> InlineArray<8, Int> {
    var sums = InlineArray<8, SIMD8<Int32>>(repeating: .zero)
    let (start, end) = (number - first, count - first)
    let rows = rows.span
    for eight in start / 8..<(end + 7) / 8 {
      // −1 where room is short: the sign of what is left. No comparison, for on plain x86-64 masks cost more.
      let isWhole = eight * 8 >= start && eight * 8 + 8 <= end
      var wasShort = isWhole ? .zero : Self.outside(start - eight * 8, end - eight * 8)
      var isShort = wasShort
      for index in needs.indices {
        let (column, amount) = needs[index]
        let row = eight * Self.rowsOfEight + column
        wasShort |= (rows[row] &- amount) &>> 31
        isShort |= (rows[row + ClassColumns.count] &- amount) &>> 31
        sums[index] &+= isShort &- wasShort
      }
    }
    return InlineArray { Int(sums[$0].wrappedSum()) }
  }

  /// −1 for those of eight before `start` or from `end` on.
  private static func outside(_ start: Int, _ end: Int) -> SIMD8<Int32> {
    let numbers = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    let isInside = numbers .>= Int32(max(start, 0)) .& numbers .< Int32(min(end, 8))
    return SIMD8(repeating: -1).replacing(with: 0, where: isInside)
  }
}
