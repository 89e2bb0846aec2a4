// SPDX-License-Identifier: Apache-2.0

import Base

/// Choices by chance, in the terms of plans and clients.
struct Draws: Sendable {
  let randomness: any Randomness

  /// Chance for one purpose of a run: other purposes with the same seed draw other numbers.
  init(seed: UInt64, purpose: StaticString) {
    let name = purpose.withUTF8Buffer { $0.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) } }
    // The first word of one generator seeds the other, so that near seeds lie far apart.
    let mixed = SeededRandomness(seed: seed ^ name).number(below: .max)
    randomness = SeededRandomness(seed: mixed)
  }

  /// Evenly one of the range.
  func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound
      + Int(randomness.number(below: UInt64(range.upperBound - range.lowerBound) + 1))
  }

  /// True `part` times out of `whole`.
  func chance(_ part: Int, of whole: Int) -> Bool { number(1...whole) <= part }

  /// One of them; nil for none.
  func one<Element>(of choices: [Element]) -> Element? {
    choices.isEmpty ? nil : choices[number(0...choices.count - 1)]
  }

  /// One of the range, which begins above 0, each power of two as likely as the next: faults that
  /// last a millisecond find other bugs than those that last minutes.
  func octave(_ range: ClosedRange<Int>) -> Int {
    let least = range.lowerBound.bitWidth - range.lowerBound.leadingZeroBitCount
    let most = range.upperBound.bitWidth - range.upperBound.leadingZeroBitCount
    let bits = number(least...max(least, most))
    let floor = 1 << (bits - 1)
    let ceiling = floor + (floor - 1)
    return number(max(floor, range.lowerBound)...min(ceiling, range.upperBound))
  }

  /// A span, each power of two as likely as the next.
  func span(_ range: ClosedRange<Duration>) -> Duration {
    .microseconds(
      Int64(
        octave(
          max(
            1, Int(range.lowerBound.microseconds))...max(
              1, Int(range.upperBound.microseconds)))))
  }
}
