// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl enrolment list`.
struct EnrolmentListCommand: OnlineCommand {
  let name = "enrolment list"
  let summary = "List the enrolments: who made them, and what became of them."
  let ownDetails: String? = """
    STATE is open, used or expired. Enrolments are forgotten 30 days after they expired.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let answer = try await client.get("/enrolments")
    let columns = [
      "id", "state", "node_id", "host_name", "created_by", "expires_at", "used_at", "used_from",
    ]
    let rows = (answer["enrolments"]?.elements ?? []).map { enrolment in
      columns.map { enrolment[$0]?.text ?? "-" }
    }
    let lines =
      rows.isEmpty
      ? ["There are no enrolments."]
      : Table.lines(
        ["ID", "STATE", "NODE", "HOST", "MADE BY", "EXPIRES", "USED", "FROM"], rows)
    return Report(lines: lines, json: answer)
  }
}

/// `roostctl enrolment delete`.
struct EnrolmentDeleteCommand: OnlineCommand {
  let name = "enrolment delete"
  let summary = "Take an enrolment back that nobody has used."
  let operands = [Operand("ENROLMENT", "the enrolment's id")]
  let ownDetails: String? = """
    One that was used can be deleted too; that changes nothing for the node. `node revoke` does.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    guard let id = NodeID(options.operand) else {
      throw RoostError(
        .badRequest,
        "ENROLMENT is \"\(options.operand)\", which is no id; `roostctl enrolment list` shows them.",
        field: "ENROLMENT")
    }
    let answer = try await client.delete("/enrolments/\(id)")
    let state = answer["enrolment"]?["state"]?.text ?? ""
    return Report(lines: ["\(id): deleted; it was \(state)"], json: answer)
  }
}
