// SPDX-License-Identifier: Apache-2.0

/// What an extra spec asks of a value: an operator and what it takes, or the value itself.
///
/// Source: nova/scheduler/filters/extra_specs_ops.py.
enum ExtraSpecOperator {
  /// Whether the value is what is asked.
  static func match(_ value: String, _ wanted: String) -> Bool {
    var words = wanted.split { $0.isWhitespace }.map(String.init)
    guard let name = words.first else { return value == wanted }
    words.removeFirst()
    switch name {
    case "<or>":
      // Every second word is the operator again.
      return stride(from: 0, to: words.count, by: 2).contains { words[$0] == value }
    case "<all-in>": return !words.isEmpty && words.allSatisfy { value.contains($0) }
    case "<in>": return words.first.map { value.contains($0) } ?? false
    case "s==": return compare(value, words) { $0 == $1 }
    case "s!=": return compare(value, words) { $0 != $1 }
    case "s<": return compare(value, words) { $0 < $1 }
    case "s<=": return compare(value, words) { $0 <= $1 }
    case "s>": return compare(value, words) { $0 > $1 }
    case "s>=": return compare(value, words) { $0 >= $1 }
    case "=", ">=": return compareNumbers(value, words) { $0 >= $1 }
    case "==": return compareNumbers(value, words) { $0 == $1 }
    case "!=": return compareNumbers(value, words) { $0 != $1 }
    case "<=": return compareNumbers(value, words) { $0 <= $1 }
    default: return value == wanted
    }
  }

  private static func compare(
    _ value: String, _ words: [String], _ holds: (String, String) -> Bool
  ) -> Bool {
    words.first.map { holds(value, $0) } ?? false
  }

  private static func compareNumbers(
    _ value: String, _ words: [String], _ holds: (Double, Double) -> Bool
  ) -> Bool {
    guard let left = Double(value), let right = words.first.flatMap({ Double($0) }) else {
      return false
    }
    return holds(left, right)
  }
}
