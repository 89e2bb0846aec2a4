// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Simulation

/// Looks at the base images on nodes' disks: what is under a name has to be what the name says.
enum ImageChecks {
  static func violations(_ world: World) throws(RoostError) -> [Violation] {
    var found: [Violation] = []
    for node in world.nodes {
      let folder = NodeMachine.root + "/images/"
      for (path, bytes) in node.machine.volume.contents where path.hasPrefix(folder) {
        let name = String(path.dropFirst(folder.count))
        guard !name.hasSuffix(".part"), try Digest.hex(.sha256, bytes) != name else { continue }
        found.append(
          Violation(
            .images,
            "\(path) of \(node.machine.name) has \(bytes.count) bytes that are not the "
              + "image's."))
      }
    }
    return found
  }
}
