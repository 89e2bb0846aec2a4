// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates

/// `roostctl ca issuer`: a CA below the fleet's, with which the controller issues nodes' certificates.
struct CAIssuerCommand: Command {
  let name = "ca issuer"
  let summary = "Make the CA with which the controller enrols nodes."
  let options = [
    Option("--folder", "FOLDER", .required, "where the fleet's CA is"),
    Option("--out", "FOLDER", .required, "where issuer.key, issuer.crt and ca.crt go"),
  ]
  let details: String? = """
    The controller uses it once wire.issuer and wire.issuer_key name the files. The key of the
    fleet's CA is not needed for nodes then, and can be put away.
    """

  func run(_ options: Options) throws(RoostError) -> Outcome {
    try writeMember(file: "issuer", options) { (authority) throws(RoostError) in
      try authority.issueIssuer()
    }
    return .done
  }
}
