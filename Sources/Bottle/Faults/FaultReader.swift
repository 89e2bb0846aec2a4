// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// Fills a fault's fields from JSON members, strictly.
struct FaultReader: FaultFields {
  typealias Failure = RoostError

  let reader: JSONReader
  /// How many nodes there are.
  let nodeCount: Int
  /// The keys that were asked for.
  private(set) var keys = ["at_us", "fault"]

  init(_ reader: JSONReader, nodeCount: Int) {
    self.reader = reader
    self.nodeCount = nodeCount
  }

  mutating func process(_ key: String, _ value: inout ProcessName) throws(RoostError) {
    keys.append(key)
    let member = try reader.member(key)
    guard let name = member.value.text.flatMap({ ProcessName($0) }),
      name.nodeNumber ?? 0 < nodeCount
    else { throw member.expected("\"controller\" or \"node-0\" to \"node-\(nodeCount - 1)\"") }
    value = name
  }

  mutating func node(_ key: String, _ value: inout Int) throws(RoostError) {
    try count(key, &value, in: 0...max(0, nodeCount - 1))
  }

  mutating func nodes(_ key: String, _ value: inout NodeList) throws(RoostError) {
    keys.append(key)
    let member = try reader.member(key)
    guard let list = member.value.text.flatMap({ NodeList($0, below: nodeCount) }) else {
      throw member.expected(
        "rising numbers and ranges from 0 to \(nodeCount - 1) like \"0-4,7\"")
    }
    value = list
  }

  mutating func span(_ key: String, _ value: inout Duration, in allowed: ClosedRange<Duration>)
    throws(RoostError)
  {
    keys.append(key)
    value = try reader.span(key, in: allowed)
  }

  mutating func count(_ key: String, _ value: inout Int, in allowed: ClosedRange<Int>)
    throws(RoostError)
  {
    keys.append(key)
    value = Int(
      try reader.integer(key, in: Int64(allowed.lowerBound)...Int64(allowed.upperBound)))
  }

  mutating func choice<Choice: FaultChoice>(_ key: String, _ value: inout Choice)
    throws(RoostError)
  {
    keys.append(key)
    let name = try reader.choice(key, of: Choice.allCases.map(\.rawValue))
    if let choice = Choice(rawValue: name) { value = choice }
  }

  mutating func text(_ key: String, _ value: inout String) throws(RoostError) {
    keys.append(key)
    value = try reader.string(key, maxLength: FaultLimits.text, allowEmpty: true)
  }
}

extension Fault {
  /// Reads what `json` makes.
  ///
  /// - Throws: `badRequest` that names field, value and what is allowed; for a field too much or too
  ///   little as well.
  init(_ reader: JSONReader, nodeCount: Int) throws(RoostError) {
    let at = try reader.span("at_us", in: .zero...FaultLimits.span)
    let name = try reader.choice("fault", of: FaultClass.allCases.map(\.rawValue))
    guard let faultClass = FaultClass(rawValue: name) else { throw reader.expected("a fault") }
    var event = Event(blank: faultClass)
    var fields = FaultReader(reader, nodeCount: nodeCount)
    try event.visit(&fields)
    try reader.refuseUnknown(allowed: fields.keys)
    guard event.faultClass == faultClass else {
      throw try reader.member("fault").expected(
        "\"\(event.faultClass.rawValue)\", which this is by its other fields")
    }
    self.init(at: at, event)
  }
}

extension JSONReader {
  /// The whole microseconds under a key.
  func span(_ key: String, in allowed: ClosedRange<Duration>) throws(RoostError) -> Duration {
    .microseconds(
      try integer(
        key, in: allowed.lowerBound.microseconds...allowed.upperBound.microseconds))
  }
}
