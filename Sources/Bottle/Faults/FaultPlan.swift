// SPDX-License-Identifier: Apache-2.0

public import Base
public import JSON

/// What goes wrong in a run, and when all of it is over.
public struct FaultPlan: Hashable, Sendable {
  /// By time; those of one moment in the order in which they were given.
  public let faults: [Fault]
  /// When, since the start, whatever still lasts ends: the network is whole, disks and calls are as
  /// they should be, clocks run true, and who is down is started.
  public let end: Duration

  /// A plan. Faults at or after `end` don't happen and are dropped.
  public init(_ faults: [Fault] = [], end: Duration) {
    let end = Duration.microseconds(end.microseconds)
    self.faults = faults.filter { $0.at < end }.sorted { $0.at < $1.at }
    self.end = end
  }

  /// The plan as a JSON object: `end_us`, and `faults` with an object each.
  public var json: JSONValue {
    ["end_us": .integer(end.microseconds), "faults": .array(faults.map(\.json))]
  }

  /// Reads what `json` makes.
  ///
  /// - Parameter nodeCount: how many nodes there are; faults of others are refused.
  /// - Throws: `badRequest` that names field, value and what is allowed.
  public init(_ reader: JSONReader, nodeCount: Int) throws(RoostError) {
    try reader.refuseUnknown(allowed: ["end_us", "faults"])
    let end = try reader.span("end_us", in: .zero...FaultLimits.span)
    var faults: [Fault] = []
    for element in try reader.array("faults", maxCount: FaultLimits.faults) {
      let fault = try Fault(element, nodeCount: nodeCount)
      guard fault.at < end else {
        throw try element.member("at_us").expected("less than end_us, \(end.microseconds)")
      }
      guard fault.at >= faults.last?.at ?? .zero else {
        throw try element.member("at_us").expected("at least that of the fault before")
      }
      faults.append(fault)
    }
    self.init(faults, end: end)
  }
}

extension FaultPlan: CustomStringConvertible {
  /// A line for each fault and one for the end.
  public var description: String {
    (faults.map(\.description) + ["\(end.clockText) all faults are over"])
      .joined(separator: "\n")
  }
}
