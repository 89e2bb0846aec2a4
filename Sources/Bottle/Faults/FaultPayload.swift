// SPDX-License-Identifier: Apache-2.0

/// The particulars of one kind of fault: a struct that names its fields once, for whoever writes,
/// reads, simplifies or maps them.
protocol FaultPayload: CustomStringConvertible {
  /// A payload to be filled.
  init()
  /// Shows each field to `fields`, which may change it.
  mutating func visit<F: FaultFields>(_ fields: inout F) throws(F.Failure)
}

/// What sees every field of a fault by its name and may change it.
protocol FaultFields {
  /// `Never` for what takes every value.
  associatedtype Failure: Error
  mutating func process(_ key: String, _ value: inout ProcessName) throws(Failure)
  mutating func node(_ key: String, _ value: inout Int) throws(Failure)
  mutating func nodes(_ key: String, _ value: inout NodeList) throws(Failure)
  mutating func span(_ key: String, _ value: inout Duration, in allowed: ClosedRange<Duration>)
    throws(Failure)
  mutating func count(_ key: String, _ value: inout Int, in allowed: ClosedRange<Int>)
    throws(Failure)
  mutating func choice<Choice: FaultChoice>(_ key: String, _ value: inout Choice) throws(Failure)
  mutating func text(_ key: String, _ value: inout String) throws(Failure)
}

/// One of a few, by name.
protocol FaultChoice: CaseIterable, RawRepresentable<String> {}

extension FaultFields {
  /// How long something lasts, from a microsecond up.
  mutating func lasting(_ value: inout Duration) throws(Failure) {
    try span("for_us", &value, in: .microseconds(1)...FaultLimits.span)
  }

  /// How long something stays down, which may be no time at all.
  mutating func down(_ value: inout Duration) throws(Failure) {
    try span("down_us", &value, in: .zero...FaultLimits.span)
  }

  /// A least and a most span.
  mutating func range(_ key: String, _ value: inout ClosedRange<Duration>) throws(Failure) {
    var least = value.lowerBound
    var most = value.upperBound
    try span("\(key)_min_us", &least, in: .zero...FaultLimits.span)
    most = max(least, most)
    try span("\(key)_max_us", &most, in: least...FaultLimits.span)
    value = least...max(least, most)
  }
}

/// What a plan may hold.
enum FaultLimits {
  /// The longest span: ten thousand hours.
  static let span = Duration.seconds(36_000_000)
  /// The latest call that a crash waits for.
  static let calls = 1_000_000
  /// Nodes of a bottle.
  static let nodes = 10_000
  /// Faults of a plan.
  static let faults = 100_000
  /// Bytes of a text.
  static let text = 64
}
