// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import LocalCloud

/// A folder with a CA and the certificates of a controller and a node, for all echoes of a run.
struct EchoFolder {
  let path: String
  let tree: SourceTree

  init(_ tree: SourceTree) throws(RoostError) {
    let randomness = SystemRandomness()
    let disk = SystemDisk()
    self.tree = tree
    path = "/tmp/roost-bench-\(NodeID.random(from: randomness).hex.prefix(8))"
    let clock = SystemClock()
    try CertificateAuthority.create(in: path, disk: disk, clock: clock, randomness: randomness)
    let authority = try CertificateAuthority(
      folder: path, disk: disk, clock: clock, randomness: randomness)
    // gRPC checks the address that it dials; Roost does not.
    let controller = try authority.issue(.controller, hosts: ["127.0.0.1"])
    let node = try authority.issue(.node(NodeID.random(from: randomness)))
    for (name, issued) in [("controller", controller), ("node", node)] {
      try disk.replace("\(path)/\(name).crt", with: issued.certificate, mode: 0o644)
      try disk.replace("\(path)/\(name).key", with: issued.key.exposed, mode: 0o600)
    }
  }

  func remove() throws(RoostError) {
    try tree.run("/bin/rm", ["-r", path])
  }
}
