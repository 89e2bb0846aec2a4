// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates

/// Which node this is: a key in the state folder, written once and never changed.
///
/// Host names change and certificates are renewed; guests belong to the node that made them. So the
/// file decides, and a certificate for another node is refused rather than believed.
enum NodeIdentity {
  /// Reads the key; at the first start takes it from the certificate.
  static func establish(
    folder: String, certificate path: String, disk: any Disk
  ) throws(RoostError) -> NodeID {
    let certified = try node(in: path, disk)
    let file = folder + "/node"
    guard let bytes = try disk.read(file, limit: 1024) else {
      try disk.replace(file, with: Array("\(certified)\n".utf8), mode: 0o644)
      return certified
    }
    var text = String(decoding: bytes, as: UTF8.self)
    if text.last == "\n" { text.removeLast() }
    guard let kept = NodeID(text) else {
      throw RoostError(.internal, "The file \(file) does not hold a node's UUID.")
    }
    guard kept == certified else {
      throw RoostError(
        .conflict,
        "The certificate \(path) names node \(certified), but the state folder \(folder) belongs "
          + "to node \(kept). Issue a certificate for node \(kept), or use another state folder.")
    }
    return kept
  }

  private static func node(in path: String, _ disk: any Disk) throws(RoostError) -> NodeID {
    guard let pem = try disk.read(path, limit: 64 << 10) else {
      throw RoostError(
        .notFound, "The node's certificate \(path) does not exist; make it with `roostctl ca`.")
    }
    guard case .node(let node)? = try Certificate(pem: pem).subject else {
      throw RoostError(.badRequest, "The certificate \(path) is not one of a node.")
    }
    return node
  }
}
