// SPDX-License-Identifier: Apache-2.0

/// Some nodes by number, as a text of numbers and ranges: `0-9,12`.
public struct NodeList: Hashable, Sendable {
  /// The numbers, rising, each once.
  public let numbers: [Int]

  /// From numbers in any order; negative ones stand for nothing and are dropped.
  public init(_ numbers: some Sequence<Int>) {
    var rising: [Int] = []
    for number in numbers.sorted() where number >= 0 && number != rising.last {
      rising.append(number)
    }
    self.numbers = rising
  }

  /// Parses numbers and ranges below `bound`, rising and apart. Nil for anything else.
  init?(_ text: String, below bound: Int) {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap({ Int($0) }),
        let last = ends.last.flatMap({ Int($0) }),
        first > numbers.last ?? -1, first <= last, last < bound
      else { return nil }
      numbers += first...last
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }
}

extension NodeList: CustomStringConvertible {
  /// Numbers and ranges; empty for no node.
  public var description: String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
