// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl orphan list`.
struct OrphanListCommand: OnlineCommand {
  let name = "orphan list"
  let summary = "List what nodes hold that no record knows. It is left alone."

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let answer = try await client.get("/orphans")
    let rows = (answer["orphans"]?.elements ?? []).map { orphan in
      ["instance_id", "node_id", "generation", "first_seen_at"].map { orphan[$0]?.text ?? "" }
        + [orphan["is_being_removed"]?.flag == true ? "being removed" : "kept"]
    }
    let lines =
      rows.isEmpty
      ? ["There are no orphans."]
      : Table.lines(["INSTANCE", "NODE", "GENERATION", "FIRST SEEN", "STATE"], rows)
    return Report(lines: lines, json: answer)
  }
}
