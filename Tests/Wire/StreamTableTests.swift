// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Wire

@Suite struct StreamTableTests {
  /// Any sequence of entries, changes and removals, beside a Dictionary.
  @Test func behavesAsADictionaryDoes() {
    var dice = Dice(state: 7)
    for _ in 0..<20 {
      var table = StreamTable<Int>()
      var expected: [UInt32: Int] = [:]
      for step in 0..<2000 {
        // Few numbers at first, so that they meet; later far apart, as of streams that stay long.
        let number = UInt32(1 + dice.below(step < 1000 ? 40 : 4000))
        switch dice.below(4) {
        case 0:
          table[number] = step
          expected[number] = step
        case 1: #expect(table.removeValue(forKey: number) == expected.removeValue(forKey: number))
        case 2:
          let changed: Void? = table.change(number) { $0 += 1 }
          #expect((changed != nil) == (expected[number] != nil))
          expected[number]? += 1
        default:
          table[number] = nil
          expected[number] = nil
        }
        #expect(table[number] == expected[number])
        #expect(table.contains(number) == (expected[number] != nil))
      }
      #expect(table.keys == expected.keys.sorted())
      #expect(table.values.sorted() == expected.values.sorted())
      for number in table.keys { #expect(table.read(number) { $0 } == expected[number]) }
    }
  }
}
