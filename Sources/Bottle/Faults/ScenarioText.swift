// SPDX-License-Identifier: Apache-2.0

public import Base
import JSON

// The file that `--replay` reads.
extension Scenario {
  private static let format = "roost-bottle"
  private static let version: Int64 = 1
  /// The most bytes of a file that are read: what the greatest plan needs.
  public static let maxFileSize = 64 << 20

  /// The scenario as JSON, with a line for each fault, so that a person can read and change it.
  public var fileText: String {
    let pairs: KeyValuePairs<String, JSONValue> = [
      "format": .string(Self.format), "version": .integer(Self.version),
      // Not a JSON number: readers round those beyond 2^53.
      "seed": .string("\(seed)"), "nodes": .integer(Int64(nodes)),
      "length_us": .integer(length.microseconds), "lease_seconds": .integer(Int64(leaseSeconds)),
      "clients": .integer(Int64(clients)),
    ]
    var lines = ["{"]
    lines += pairs.map { #"  "\#($0.key)": \#(text($0.value)),"# }
    if let plantedBug { lines.append(#"  "planted_bug": \#(text(.string(plantedBug))),"#) }
    lines.append(#"  "plan": {"end_us": \#(plan.end.microseconds), "faults": ["#)
    let faults = plan.faults.map { "    \(text($0.json))" }
    if !faults.isEmpty { lines.append(faults.joined(separator: ",\n")) }
    return (lines + ["  ]}", "}"]).joined(separator: "\n") + "\n"
  }

  /// Reads what `fileText` makes.
  ///
  /// - Throws: `tooLarge` beyond `maxFileSize`; `badRequest` that names field, value and what is
  ///   allowed.
  public init(parsing bytes: [UInt8]) throws(RoostError) {
    guard bytes.count <= Self.maxFileSize else {
      throw RoostError(
        .tooLarge,
        "The scenario is \(bytes.count) bytes long; at most \(Self.maxFileSize) are allowed.")
    }
    let reader = try JSONReader(parsing: bytes)
    _ = try reader.choice("format", of: [Self.format])
    _ = try reader.integer("version", in: Self.version...Self.version)
    try reader.refuseUnknown(allowed: [
      "format", "version", "seed", "nodes", "length_us", "lease_seconds", "clients",
      "planted_bug", "plan",
    ])
    let seedField = try reader.member("seed")
    guard let seed = seedField.value.text.flatMap({ UInt64($0) }) else {
      throw seedField.expected("a number from 0 to \(UInt64.max) in quotes")
    }
    let nodes = try reader.count("nodes", in: Self.nodeRange)
    self.init(
      seed: seed, nodes: nodes,
      length: try reader.span("length_us", in: Self.lengthRange),
      leaseSeconds: try reader.count("lease_seconds", in: Self.leaseRange),
      clients: try reader.count("clients", in: Self.clientRange),
      plan: try FaultPlan(try reader.object("plan"), nodeCount: nodes),
      plantedBug: try reader.optionalString("planted_bug", maxLength: FaultLimits.text))
  }
}

extension JSONReader {
  fileprivate func count(_ key: String, in allowed: ClosedRange<Int>) throws(RoostError) -> Int {
    Int(try integer(key, in: Int64(allowed.lowerBound)...Int64(allowed.upperBound)))
  }
}

private func text(_ value: JSONValue) -> String {
  String(decoding: value.encoded, as: UTF8.self)
}
