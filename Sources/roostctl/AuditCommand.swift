// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl audit`.
struct AuditCommand: OnlineCommand {
  let name = "audit"
  let summary = "Compare the records with what every node really has."
  let ownDetails: String? = """
    Exit code 0: nothing is amiss. 1: there are findings, a line each with what to do. 2: the
    controller, or a node that would have to be asked, does not answer; what could be checked is
    printed all the same.
    """
  /// So that 1 always means findings.
  let failureCode: Int32 = 2
  /// The controller gives each node a minute to answer.
  private static let timeout = Duration.seconds(600)

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let answer = try await client.get("/audit", timeout: Self.timeout)
    return Self.report(answer)
  }

  static func report(_ answer: JSONValue) -> Report {
    let audit = answer["audit"] ?? .null
    let findings = audit["findings"]?.elements ?? []
    let unreachable = audit["unreachable"]?.elements ?? []
    let surveyed = audit["surveyed"]?.elements?.count ?? 0
    let text = { (value: JSONValue, key: String) in value[key]?.text ?? "" }
    var lines = findings.map {
      "\(text($0, "kind")): \(text($0, "text")) \(text($0, "remedy"))"
    }
    lines += unreachable.map {
      "not asked: node \(text($0, "name")) (\(text($0, "id"))): \(text($0, "reason")) Look whether "
        + "roost-agent runs there."
    }
    lines += (audit["orphans"]?.elements ?? []).map {
      "orphan: node \(text($0, "node_id")) holds instance \(text($0, "instance_id")), which no "
        + "record knows; it is left alone."
    }
    lines.append(
      "\(count(findings.count, "finding")); \(count(surveyed, "node")) asked, "
        + "\(unreachable.count) not.")
    return Report(
      lines: lines, json: answer,
      outcome: !findings.isEmpty ? .findings : unreachable.isEmpty ? .done : .incomplete)
  }

  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }
}
