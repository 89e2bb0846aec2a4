// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// `roostctl orphan remove`.
struct OrphanRemoveCommand: OnlineCommand {
  let name = "orphan remove"
  let summary = "Have a node remove an orphan: guest, taps and disks. It can't be undone."
  let operands = [Operand("INSTANCE", "the instance's id, as `orphan list` shows it")]
  let ownOptions = [
    Option("--node", "NODE", .optional, "the node's id or name; needed where several hold it")
  ]
  let ownDetails: String? = """
    The order is kept until the node has said that nothing is left; then the orphan leaves the list.
    A node that is away learns of it when it connects.
    """

  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report {
    let text = options.operand
    var found = (try await client.get("/orphans"))["orphans"]?.elements ?? []
    found = found.filter { $0["instance_id"]?.text == InstanceID(text)?.description }
    if let node = options.value("--node") {
      let id = try await client.nodeID(node)
      found = found.filter { $0["node_id"]?.text == id }
    }
    let nodes = found.compactMap { $0["node_id"]?.text }
    guard let node = nodes.first, let id = InstanceID(text) else {
      throw RoostError(
        .notFound,
        "There is no orphan \"\(text)\" there; `roostctl orphan list` shows those there are.")
    }
    guard nodes.count == 1 else {
      throw RoostError(
        .conflict,
        "\(nodes.count) nodes hold it; name one with --node: \(nodes.joined(separator: ", ")).")
    }
    let answer = try await client.delete("/nodes/\(node)/orphans/\(id)")
    return Report(lines: ["\(id): its node is being told to remove it"], json: answer)
  }
}
