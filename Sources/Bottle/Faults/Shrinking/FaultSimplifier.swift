// SPDX-License-Identifier: Apache-2.0

import Base

/// Makes one field of a fault simpler: a span or a number smaller and rounder, a list of nodes shorter.
private struct FaultSimplifier: FaultFields {
  typealias Failure = Never

  /// How many simpler values of earlier fields there are still to pass over; below 0 when done.
  private(set) var left: Int

  init(number: Int) { left = number }

  mutating func span(_ key: String, _ value: inout Duration, in allowed: ClosedRange<Duration>) {
    let simpler = simpler(
      Int(value.microseconds),
      in: Int(allowed.lowerBound.microseconds)...Int(allowed.upperBound.microseconds))
    take(simpler.map { .microseconds(Int64($0)) }, &value)
  }

  mutating func count(_ key: String, _ value: inout Int, in allowed: ClosedRange<Int>) {
    take(simpler(value, in: allowed), &value)
  }

  mutating func nodes(_ key: String, _ value: inout NodeList) {
    let numbers = value.numbers
    guard numbers.count > 1 else { return }
    let half = numbers.count / 2
    take(
      [numbers.prefix(1), numbers.prefix(half), numbers.dropFirst(half)].map { .init($0) }, &value)
  }

  mutating func process(_ key: String, _ value: inout ProcessName) {}
  mutating func node(_ key: String, _ value: inout Int) {}
  mutating func choice<Choice: FaultChoice>(_ key: String, _ value: inout Choice) {}
  mutating func text(_ key: String, _ value: inout String) {}

  private mutating func take<Value>(_ choices: [Value], _ value: inout Value) {
    if choices.indices.contains(left) { value = choices[left] }
    left -= choices.count
  }
}

/// Smaller and rounder numbers than this one, the smallest first: the one nearest to 0, half of it,
/// and the next below it.
private func simpler(_ value: Int, in allowed: ClosedRange<Int>) -> [Int] {
  let least = min(max(0, allowed.lowerBound), allowed.upperBound)
  var choices: [Int] = []
  for choice in [least, firstDigit(value / 2), firstDigit(value - value.signum())] {
    guard allowed.contains(choice), choice.magnitude < value.magnitude, !choices.contains(choice)
    else { continue }
    choices.append(choice)
  }
  return choices
}

/// The number with 0 for all digits but the first.
private func firstDigit(_ value: Int) -> Int {
  var power = 1
  while (value / power).magnitude >= 10 { power *= 10 }
  return value / power * power
}

extension Fault.Event {
  /// The fault with one field made simpler, in each way that there is.
  var simplifications: [Fault.Event] {
    var events: [Fault.Event] = []
    while true {
      var event = self
      var simplifier = FaultSimplifier(number: events.count)
      event.visit(&simplifier)
      guard simplifier.left < 0 else { return events }
      events.append(event)
    }
  }
}
