// SPDX-License-Identifier: Apache-2.0

public import Base

// A getter with a default returns it for an absent key; one without throws; an optional one
// returns nil.
extension ConfigReader {
  /// Text that is not empty.
  public func optionalString(_ key: String) throws(RoostError) -> String? {
    guard let text = try scalar(key, "text") else { return nil }
    guard !text.isEmpty else { throw refused(key, "must not be empty") }
    return text
  }

  /// Text that is not empty.
  public func string(_ key: String) throws(RoostError) -> String {
    try required(key, optionalString(key))
  }

  /// Text that is not empty.
  public func string(_ key: String, default fallback: String) throws(RoostError) -> String {
    try optionalString(key) ?? fallback
  }

  /// An absolute path.
  public func optionalPath(_ key: String) throws(RoostError) -> String? {
    guard let text = try optionalString(key) else { return nil }
    guard text.hasPrefix("/") else { throw expected("an absolute path", key) }
    return text
  }

  /// An absolute path.
  public func path(_ key: String) throws(RoostError) -> String {
    try required(key, optionalPath(key))
  }

  /// An absolute path.
  public func path(_ key: String, default fallback: String) throws(RoostError) -> String {
    try optionalPath(key) ?? fallback
  }

  /// One of the cases of a type, by its name.
  public func choice<Choice: CaseIterable>(_ key: String, default fallback: Choice)
    throws(RoostError) -> Choice
  {
    guard let text = try scalar(key, "text") else { return fallback }
    guard let chosen = Choice.allCases.first(where: { "\($0)" == text }) else {
      let names = Choice.allCases.map { "\($0)" }
      throw expected("one of \(names.joined(separator: ", "))", key)
    }
    return chosen
  }

  /// A list of texts.
  public func strings(_ key: String, default fallback: [String] = []) throws(RoostError)
    -> [String]
  {
    try scalars(key) ?? fallback
  }

  /// A whole number.
  public func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(RoostError) -> Int?
  {
    let what = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let text = try scalar(key, what) else { return nil }
    guard let number = Int(text), range.contains(number) else { throw expected(what, key) }
    return number
  }

  /// A whole number.
  public func integer(_ key: String, in range: ClosedRange<Int>) throws(RoostError) -> Int {
    try required(key, optionalInteger(key, in: range))
  }

  /// A whole number.
  public func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int)
    throws(RoostError) -> Int
  {
    try optionalInteger(key, in: range) ?? fallback
  }

  /// A number with or without fraction.
  public func number(_ key: String, in range: ClosedRange<Double>, default fallback: Double)
    throws(RoostError) -> Double
  {
    let what = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let text = try scalar(key, what) else { return fallback }
    guard let number = Double(text), range.contains(number) else { throw expected(what, key) }
    return number
  }

  /// `true` or `false`.
  public func bool(_ key: String, default fallback: Bool) throws(RoostError) -> Bool {
    switch try scalar(key, "true or false") {
    case nil: return fallback
    case "true"?: return true
    case "false"?: return false
    default: throw expected("true or false", key)
    }
  }

  /// A span of time: a number with `ms`, `s`, `m`, `h` or `d` behind it, like `500ms` or `15s`.
  public func duration(
    _ key: String, in range: ClosedRange<Duration>, default fallback: Duration
  ) throws(RoostError) -> Duration {
    let what =
      "a span like 500ms, 15s, 2m, 1h or 90d, from \(Self.text(range.lowerBound)) to "
      + Self.text(range.upperBound)
    guard let text = try scalar(key, what) else { return fallback }
    let units: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let milliseconds = Self.measure(text, units) else { throw expected(what, key) }
    let span = Duration.milliseconds(milliseconds)
    guard range.contains(span) else { throw expected(what, key) }
    return span
  }

  /// An amount of bytes: a number, alone or with `KiB`, `MiB`, `GiB` or `TiB` behind it.
  public func bytes(_ key: String, in range: ClosedRange<Int64>, default fallback: Int64)
    throws(RoostError) -> Int64
  {
    let what = "bytes like 64MiB or 10GiB, from \(range.lowerBound) to \(range.upperBound)"
    guard let text = try scalar(key, what) else { return fallback }
    let units: [String: Int64] = [
      "": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]
    guard let amount = Self.measure(text, units), range.contains(amount) else {
      throw expected(what, key)
    }
    return amount
  }

  private func required<Value>(_ key: String, _ value: Value?) throws(RoostError) -> Value {
    guard let value else { throw refused(key, "is required") }
    return value
  }

  /// A whole number times its unit; nil if malformed or over 64 bits.
  private static func measure(_ text: String, _ units: [String: Int64]) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Int64(digits), let factor = units[String(unit)] else { return nil }
    let (amount, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : amount
  }

  private static func text(_ span: Duration) -> String {
    let milliseconds = span.microseconds / 1000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
