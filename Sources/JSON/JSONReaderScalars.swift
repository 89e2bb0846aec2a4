// SPDX-License-Identifier: Apache-2.0

public import Base

// Each type has one reading of the value itself, and getters by key that use it.
extension JSONReader {
  /// The value as text of at most `maxLength` bytes of UTF-8, without NUL.
  public func asString(maxLength: Int = 255, allowEmpty: Bool = false) throws(RoostError) -> String
  {
    guard case .string(let text) = value else { throw expected("a string") }
    guard allowEmpty || !text.isEmpty else { throw refused("must not be empty") }
    guard text.utf8.count <= maxLength else {
      throw refused("is \(text.utf8.count) bytes long; at most \(maxLength) are allowed")
    }
    guard !text.utf8.contains(0) else { throw refused("must not contain the NUL character") }
    return text
  }

  /// The text under a key.
  public func string(_ key: String, maxLength: Int = 255, allowEmpty: Bool = false)
    throws(RoostError) -> String
  {
    try member(key).asString(maxLength: maxLength, allowEmpty: allowEmpty)
  }

  /// The text under a key; nil if absent or null.
  public func optionalString(_ key: String, maxLength: Int = 255, allowEmpty: Bool = false)
    throws(RoostError) -> String?
  {
    try optionalMember(key)?.asString(maxLength: maxLength, allowEmpty: allowEmpty)
  }

  /// The value as one of `allowed`.
  public func asChoice(_ allowed: [String]) throws(RoostError) -> String {
    guard case .string(let text) = value, allowed.contains(text) else {
      throw expected("one of \(allowed.joined(separator: ", "))")
    }
    return text
  }

  /// One of `allowed` under a key.
  public func choice(_ key: String, of allowed: [String]) throws(RoostError) -> String {
    try member(key).asChoice(allowed)
  }

  /// One of `allowed` under a key; nil if absent or null.
  public func optionalChoice(_ key: String, of allowed: [String]) throws(RoostError) -> String? {
    try optionalMember(key)?.asChoice(allowed)
  }

  /// The value as a UUID, in any of the forms that Identifier reads.
  public func asID<Tag>(_ type: Identifier<Tag>.Type = Identifier<Tag>.self) throws(RoostError)
    -> Identifier<Tag>
  {
    guard case .string(let text) = value, let id = Identifier<Tag>(text) else {
      throw expected("a UUID")
    }
    return id
  }

  /// The UUID under a key.
  public func id<Tag>(_ key: String, as type: Identifier<Tag>.Type = Identifier<Tag>.self)
    throws(RoostError) -> Identifier<Tag>
  {
    try member(key).asID(type)
  }

  /// The UUID under a key; nil if absent or null.
  public func optionalID<Tag>(_ key: String, as type: Identifier<Tag>.Type = Identifier<Tag>.self)
    throws(RoostError) -> Identifier<Tag>?
  {
    try optionalMember(key)?.asID(type)
  }

  /// The value as an integer in `range`. `lenient` also reads a string of digits.
  public func asInteger(
    in range: ClosedRange<Int64> = Int64.min...Int64.max, lenient: Bool = false
  ) throws(RoostError) -> Int64 {
    let integer: Int64? =
      switch value {
      case .integer(let integer): integer
      case .string(let text) where lenient: Int64(text)
      default: nil
      }
    guard let integer, range.contains(integer) else {
      let anything = range == Int64.min...Int64.max
      throw expected(
        anything
          ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// The integer under a key.
  public func integer(
    _ key: String, in range: ClosedRange<Int64> = Int64.min...Int64.max, lenient: Bool = false
  ) throws(RoostError) -> Int64 {
    try member(key).asInteger(in: range, lenient: lenient)
  }

  /// The integer under a key; nil if absent or null.
  public func optionalInteger(
    _ key: String, in range: ClosedRange<Int64> = Int64.min...Int64.max, lenient: Bool = false
  ) throws(RoostError) -> Int64? {
    try optionalMember(key)?.asInteger(in: range, lenient: lenient)
  }

  /// The value as a number, whole or not, in `range`.
  public func asNumber(
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws(RoostError) -> Double {
    let number: Double? =
      switch value {
      case .integer(let integer): Double(integer)
      case .number(let number): number
      default: nil
      }
    guard let number else { throw expected("a number") }
    guard range.contains(number) else {
      throw expected("a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The value as true or false. `lenient` also reads the strings that OpenStack's services read.
  public func asBool(lenient: Bool = false) throws(RoostError) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .integer(1) where lenient: return true
    case .integer(0) where lenient: return false
    case .string(let text) where lenient:
      switch text.lowercased() {
      case "true", "1", "yes", "on", "t", "y": return true
      case "false", "0", "no", "off", "f", "n": return false
      default: break
      }
    default: break
    }
    throw expected("true or false")
  }

  /// True or false under a key.
  public func bool(_ key: String, lenient: Bool = false) throws(RoostError) -> Bool {
    try member(key).asBool(lenient: lenient)
  }

  /// True or false under a key; nil if absent or null.
  public func optionalBool(_ key: String, lenient: Bool = false) throws(RoostError) -> Bool? {
    try optionalMember(key)?.asBool(lenient: lenient)
  }
}
