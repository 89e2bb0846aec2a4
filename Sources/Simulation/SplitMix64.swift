// SPDX-License-Identifier: Apache-2.0

/// Chance that repeats, word by word, without an allocation: what a simulation draws for each step.
///
/// The generator of `SeededRandomness` (Steele, Lea and Flood, 2014), as a value.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A number in `0..<bound`, without bias worth mentioning for bounds far below 2^64. Nothing is drawn
  /// where there is no choice.
  mutating func below(_ bound: UInt64) -> UInt64 { bound > 1 ? next() % bound : 0 }

  /// True so many times in a thousand.
  mutating func happens(_ permille: Int) -> Bool { permille > 0 && below(1000) < UInt64(permille) }
}
