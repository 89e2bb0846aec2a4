// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl node revoke`.
struct NodeRevokeCommand: OnlineCommand {
  let name = "node revoke"
  let summary = "Refuse every certificate that a node has, at once. Its guests go on."
  let operands = [
    Operand("NODE", "the node's id or name; an id that never registered may be revoked too")
  ]
  let ownOptions = [Option("--reason", "TEXT", .optional, "what lists show as the reason")]
  let ownDetails: String? = """
    The node's connection is ended. Nothing makes an old certificate good again:
    `node enrol --node NODE` prints the command that makes the node welcome, with a new one.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let id = try await client.anyNodeID(options.operand)
    var revocation = JSONObject()
    if let reason = options.value("--reason") { revocation["reason"] = .string(reason) }
    let answer = try await client.put(
      "/nodes/\(id)/revocation", ["revocation": .object(revocation)])
    return Report(
      lines: ["\(id): its certificates are refused from now on; its guests go on"], json: answer)
  }
}
