// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates

/// `roostctl ca init`: makes the fleet's own CA. Works offline.
struct CAInitCommand: Command {
  let name = "ca init"
  let summary = "Make the CA that agents and controller trust."
  let options = [Option("--folder", "FOLDER", .required, "where the CA's key and certificate go")]

  func run(_ options: Options) throws(RoostError) -> Outcome {
    let folder = try absolutePath(try options.required("--folder"))
    try CertificateAuthority.create(
      in: folder, disk: SystemDisk(), clock: SystemClock(), randomness: SystemRandomness())
    print("The CA is in \(folder). Keep \(CertificateAuthority.keyFile) there and nowhere else.")
    return .done
  }
}
