// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates

/// `roostctl ca controller`: a key and a certificate for the controller.
struct CAControllerCommand: Command {
  let name = "ca controller"
  let summary = "Make the controller's key and certificate."
  let options = [
    Option("--folder", "FOLDER", .required, "where the CA is"),
    Option("--out", "FOLDER", .required, "where controller.key, controller.crt and ca.crt go"),
    Option("--host", "NAME", .repeated, "a name or address that clients reach it by"),
  ]

  func run(_ options: Options) throws(RoostError) -> Outcome {
    try issueMember(.controller, file: "controller", options)
    return .done
  }
}
