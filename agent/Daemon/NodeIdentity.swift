// SPDX-License-Identifier: Apache-2.0

import Base

/// Which node this is: a key in the state folder, written once and never changed.
///
/// Host names change and certificates are renewed; guests belong to the node that made them. So the
/// file decides, and a certificate for another node is refused rather than believed.
enum NodeIdentity {
  /// Reads the key; at the first start takes it from the certificate.
  static func establish(
    folder: String, certificates: CertificateFiles, disk: any Disk
  ) throws(RoostError) -> NodeID {
    let (certified, file) = try certificates.node()
    guard let kept = try kept(in: folder, disk: disk) else {
      try disk.replace(Self.file(in: folder), with: Array("\(certified)\n".utf8), mode: 0o644)
      return certified
    }
    guard kept == certified else {
      throw RoostError(
        .conflict,
        "The certificate \(file) names node \(certified), but the state folder \(folder) belongs "
          + "to node \(kept). Issue a certificate for node \(kept), or use another state folder.")
    }
    return kept
  }

  /// The node that a state folder belongs to; nil for one that has been nobody's.
  static func kept(in folder: String, disk: any Disk) throws(RoostError) -> NodeID? {
    let file = file(in: folder)
    guard let bytes = try disk.read(file, limit: 1024) else { return nil }
    var text = String(decoding: bytes, as: UTF8.self)
    if text.last == "\n" { text.removeLast() }
    guard let kept = NodeID(text) else {
      throw RoostError(.internal, "The file \(file) does not hold a node's UUID.")
    }
    return kept
  }

  private static func file(in folder: String) -> String { folder + "/node" }
}
