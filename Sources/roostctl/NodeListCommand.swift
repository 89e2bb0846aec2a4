// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl node list`.
struct NodeListCommand: OnlineCommand {
  let name = "node list"
  let summary = "List the nodes: which can be reached and work, and how full they are."
  let ownDetails: String? = """
    STATE is up, unknown (the connection is gone, its lease still holds) or down (its lease has
    ended). VCPU, MEMORY_MB and DISK_GB are claimed/what may be promised. A node whose hypervisor
    does not answer gets no new servers; those on it go on.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let answer = try await client.get("/nodes")
    let rows = (answer["nodes"]?.elements ?? []).map(NodeAnswer.init).map { node in
      [
        node.id, node.name, node.state, node.serverCount, node.use(of: "VCPU"),
        node.use(of: "MEMORY_MB"), node.use(of: "DISK_GB"), node.enabledText,
      ]
    }
    let header = ["ID", "NAME", "STATE", "SERVERS", "VCPU", "MEMORY_MB", "DISK_GB", "NEW SERVERS"]
    let lines =
      rows.isEmpty
      ? ["No node has registered yet. `roostctl node enrol` prints what makes a host one."]
      : Table.lines(header, rows)
    return Report(lines: lines, json: answer)
  }
}
