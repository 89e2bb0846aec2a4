// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// Makes JSON members of a fault's fields.
struct FaultWriter: FaultFields {
  typealias Failure = Never

  private(set) var members = JSONObject()

  mutating func process(_ key: String, _ value: inout ProcessName) {
    members[key] = .string(value.description)
  }

  mutating func node(_ key: String, _ value: inout Int) { members[key] = .integer(Int64(value)) }

  mutating func nodes(_ key: String, _ value: inout NodeList) {
    members[key] = .string(value.description)
  }

  mutating func span(_ key: String, _ value: inout Duration, in allowed: ClosedRange<Duration>) {
    members[key] = .integer(value.microseconds)
  }

  mutating func count(_ key: String, _ value: inout Int, in allowed: ClosedRange<Int>) {
    members[key] = .integer(Int64(value))
  }

  mutating func choice<Choice: FaultChoice>(_ key: String, _ value: inout Choice) {
    members[key] = .string(value.rawValue)
  }

  mutating func text(_ key: String, _ value: inout String) { members[key] = .string(value) }
}

extension Fault {
  /// The fault as a JSON object: `at_us`, `fault` for its class, and its own fields.
  var json: JSONValue {
    var writer = FaultWriter()
    var event = event
    event.visit(&writer)
    var object = JSONObject()
    object["at_us"] = .integer(at.microseconds)
    object["fault"] = .string(event.faultClass.rawValue)
    for (key, value) in writer.members { object[key] = value }
    return .object(object)
  }
}
