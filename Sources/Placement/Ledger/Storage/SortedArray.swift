// SPDX-License-Identifier: Apache-2.0

extension Array where Element == Int {
  /// Where a number is in this ascending array, or where it belongs.
  func place(of number: Int) -> (index: Int, isThere: Bool) {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return (low, low < count && self[low] == number)
  }

  /// Whether this ascending array has a number.
  func holds(_ number: Int) -> Bool {
    // Most arrays are so short that going through them beats jumping.
    if count <= 8 { return contains(number) }
    return place(of: number).isThere
  }

  /// Whether two ascending arrays have a number in common.
  func meets(_ other: [Int]) -> Bool {
    var left = 0
    var right = 0
    while left < count, right < other.count {
      if self[left] == other[right] { return true }
      if self[left] < other[right] { left += 1 } else { right += 1 }
    }
    return false
  }

  /// Adds a number to this ascending array if it is not there.
  mutating func insertSorted(_ number: Int) {
    let (index, isThere) = place(of: number)
    if !isThere { insert(number, at: index) }
  }

  /// Takes a number out of this ascending array.
  mutating func removeSorted(_ number: Int) {
    let (index, isThere) = place(of: number)
    if isThere { remove(at: index) }
  }
}
