// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates

/// `roostctl ca node`: a key and a certificate that let an agent speak for one node.
struct CANodeCommand: Command {
  let name = "ca node"
  let summary = "Make a node's key and certificate."
  let options = [
    Option("--folder", "FOLDER", .required, "where the CA is"),
    Option("--out", "FOLDER", .required, "where node.key, node.crt and ca.crt go"),
    Option("--id", "UUID", .optional, "the node's id; a fresh one without it"),
    Option("--host", "NAME", .repeated, "a name or address of the node"),
  ]

  func run(_ options: Options) throws(RoostError) -> Outcome {
    let id = try nodeID(options)
    try issueMember(.node(id), file: "node", options)
    print(id.description)
    return .done
  }

  private func nodeID(_ options: Options) throws(RoostError) -> NodeID {
    guard let text = options.value("--id") else { return .random(from: SystemRandomness()) }
    guard let id = NodeID(text), id != .zero else {
      throw RoostError(.badRequest, "--id is \"\(text)\", which is no UUID.", field: "--id")
    }
    return id
  }
}
