// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl node enrol`.
struct NodeEnrolCommand: OnlineCommand {
  let name = "node enrol"
  let summary = "Print the command that makes a host's agent a node; it is good once."
  let ownOptions = [
    Option("--node", "NODE", .optional, "a node to enrol anew; a new one without it"),
    Option("--host", "NAME", .optional, "the only host that may use it"),
    Option("--valid-for", "SPAN", .optional, "how long it is good for, as 30m or 2d; else 1h"),
    Option("--controller", "HOST:PORT", .optional, "where the agent reaches the controller"),
  ]
  let ownDetails: String? = """
    Run the command as root on the host, or pipe it there: `roostctl node enrol | ssh HOST sh`.
    Whoever has it can become a node: do not keep it. `enrolment list` shows what became of it.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    var wanted = JSONObject()
    if let node = options.value("--node") {
      wanted["node_id"] = .string(try await client.anyNodeID(node))
    }
    if let host = options.value("--host") { wanted["host_name"] = .string(host) }
    if let span = options.value("--valid-for") {
      wanted["valid_for_seconds"] = .integer(try Self.seconds(span))
    }
    if let address = options.value("--controller") {
      wanted["controller_address"] = .string(address)
    }
    let answer = try await client.post("/enrolments", ["enrolment": .object(wanted)])
    let token = answer["enrolment"]?["token"]?.text ?? ""
    return Report(lines: ["roost-agent enrol \(token)"], json: answer)
  }

  /// A span of time in seconds; whether it is too short or too long, the controller says.
  static func seconds(_ text: String) throws(RoostError) -> Int64 {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (1...1_000_000).contains(count)
    else {
      throw RoostError(
        .badRequest,
        "--valid-for is \"\(text)\"; it is a number with s, m, h or d behind it, as 2h.",
        field: "--valid-for")
    }
    return count * unit
  }
}

extension OperatorClient {
  /// The id of a node by its id or its name. An id need not be on record.
  func anyNodeID(_ text: String) async throws(RoostError) -> String {
    if let id = NodeID(text), id != .zero { return id.description }
    return try await nodeID(text)
  }
}
