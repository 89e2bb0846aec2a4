// SPDX-License-Identifier: Apache-2.0

import Base

/// A hash of one fact, built word by word. It tells two states apart that came about by a fault; it is
/// no defence against somebody who makes them alike. Steps are those of SplitMix64 (Steele, Lea and
/// Flood, 2014), twice with different beginnings.
struct FactHash {
  private var high: UInt64 = 0x6A09_E667_F3BC_C908
  private var low: UInt64 = 0xBB67_AE85_84CA_A73B

  /// Begins a fact of a kind.
  init(_ kind: UInt64) { add(kind) }

  mutating func add(_ word: UInt64) {
    high = Self.mixed(high ^ word) &+ low
    low = Self.mixed(low &+ (word &* 0x9E37_79B9_7F4A_7C15))
  }

  mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

  mutating func add<Tag>(_ id: Identifier<Tag>) {
    let (first, second) = id.words
    add(first)
    add(second)
  }

  mutating func add(_ text: String) {
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      count += 1
      if count % 8 == 0 {
        add(word)
        word = 0
      }
    }
    add(word)
    add(count)
  }

  var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// 64 bits of a name.
  static func name(_ text: String) -> UInt64 {
    var hash = FactHash(0)
    hash.add(text)
    return hash.high
  }

  private static func mixed(_ number: UInt64) -> UInt64 {
    var word = number &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
