// SPDX-License-Identifier: Apache-2.0

/// A regular expression as far as names and addresses are searched by: `.`, `[…]`, `\`, `*`, `+`,
/// `?`, `^` and `$`. Anything else stands for itself. It is found anywhere in a text unless anchored.
///
/// All states advance together, so that no pattern takes longer than its length times the text's.
struct TextPattern: Sendable {
  private enum Atom: Sendable {
    case any
    case one(Character)
    case set([ClosedRange<Character>], negated: Bool)

    func matches(_ character: Character) -> Bool {
      switch self {
      case .any: true
      case .one(let wanted): wanted == character
      case .set(let ranges, let negated):
        ranges.contains { $0.contains(character) } != negated
      }
    }
  }

  private struct Step: Sendable {
    let atom: Atom
    var mayBeAbsent = false
    var mayRepeat = false
  }

  private var steps: [Step] = []
  private var startsAtStart = false
  private var endsAtEnd = false

  init(_ text: String) {
    var rest = Array(text)[...]
    if rest.first == "^" {
      startsAtStart = true
      rest.removeFirst()
    }
    while let character = rest.popFirst() {
      switch character {
      case "$" where rest.isEmpty: endsAtEnd = true
      case "*" where !steps.isEmpty: quantify(absent: true, repeated: true)
      case "+" where !steps.isEmpty: quantify(absent: false, repeated: true)
      case "?" where !steps.isEmpty: if !isQuantified { quantify(absent: true, repeated: false) }
      case ".": steps.append(Step(atom: .any))
      case "\\": steps.append(Step(atom: .one(rest.popFirst() ?? "\\")))
      case "[":
        if let set = Self.set(&rest) {
          steps.append(Step(atom: set))
        } else {
          steps.append(Step(atom: .one("[")))
        }
      default: steps.append(Step(atom: .one(character)))
      }
    }
  }

  /// A `?` after a quantifier only makes it lazy, which changes nothing here.
  private var isQuantified: Bool { steps.last.map { $0.mayBeAbsent || $0.mayRepeat } ?? false }

  private mutating func quantify(absent: Bool, repeated: Bool) {
    let last = steps.count - 1
    steps[last].mayBeAbsent = steps[last].mayBeAbsent || absent
    steps[last].mayRepeat = steps[last].mayRepeat || repeated
  }

  /// The characters up to the closing bracket; nil, and nothing read, without one.
  private static func set(_ rest: inout ArraySlice<Character>) -> Atom? {
    guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
    var inside = rest[..<end]
    rest = rest[(end + 1)...]
    let negated = inside.first == "^"
    if negated { inside.removeFirst() }
    var ranges: [ClosedRange<Character>] = []
    while let low = inside.popFirst() {
      if inside.count >= 2, inside.first == "-", let high = inside.dropFirst().first, low <= high {
        ranges.append(low...high)
        inside.removeFirst(2)
      } else {
        ranges.append(low...low)
      }
    }
    return .set(ranges, negated: negated)
  }

  func matches(_ text: String) -> Bool {
    // A place is the step that is to match next.
    var places = [Bool](repeating: false, count: steps.count + 1)
    places[0] = true
    spread(&places)
    if places[steps.count], !endsAtEnd { return true }
    for character in text {
      var next = [Bool](repeating: false, count: steps.count + 1)
      for (place, step) in steps.enumerated() where places[place] {
        guard step.atom.matches(character) else { continue }
        next[place + 1] = true
        if step.mayRepeat { next[place] = true }
      }
      if !startsAtStart { next[0] = true }
      spread(&next)
      places = next
      if places[steps.count], !endsAtEnd { return true }
    }
    return places[steps.count]
  }

  private func spread(_ places: inout [Bool]) {
    for (place, step) in steps.enumerated() where places[place] && step.mayBeAbsent {
      places[place + 1] = true
    }
  }
}
