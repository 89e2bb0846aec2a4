// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl node enable`.
struct NodeEnableCommand: OnlineCommand {
  let name = "node enable"
  let summary = "Let new servers onto a node again."
  let operands = [Operand("NODE", "the node's id or name")]

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    try await client.setNode(options.operand, ["enabled": true])
  }
}

/// `roostctl node disable`.
struct NodeDisableCommand: OnlineCommand {
  let name = "node disable"
  let summary = "Keep new servers away from a node. Those on it go on."
  let operands = [Operand("NODE", "the node's id or name")]
  let ownOptions = [Option("--reason", "TEXT", .optional, "what lists show as the reason")]

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    var change: JSONObject = JSONObject()
    change["enabled"] = false
    change["disabled_reason"] = options.value("--reason").map { .string($0) }
    return try await client.setNode(options.operand, .object(change))
  }
}

extension OperatorClient {
  fileprivate func setNode(_ text: String, _ change: JSONValue) async throws(RoostError) -> Report {
    let answer = try await put("/nodes/\(try await nodeID(text))", ["node": change])
    let node = NodeAnswer(json: answer["node"] ?? .null)
    return Report(lines: ["\(node.name): \(node.enabledText)"], json: answer)
  }
}
