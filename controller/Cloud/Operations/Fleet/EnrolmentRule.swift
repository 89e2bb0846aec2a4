// SPDX-License-Identifier: Apache-2.0

import Base
import CloudModel

/// What an agent gets for a token. Pure.
enum EnrolmentRule {
  /// What an agent says of itself, and for which key it asks.
  struct Request: Sendable {
    var keyID: String
    /// The node whose state is on its host; nil where there is none yet.
    var node: NodeID?
    var hostName: String
  }

  enum Verdict: Equatable {
    /// A certificate for a node; nil makes a new one.
    case issue(NodeID?)
    /// The certificate that it was given before: the answer was lost.
    case repeated(serial: String)
    case refuse(RoostError.Kind, String)
  }

  /// - Parameter isKnown: whether the node that the agent names is on record here.
  static func judge(
    _ enrolment: Enrolment, _ request: Request, isKnown: Bool, at time: Timestamp
  ) -> Verdict {
    if let use = enrolment.use {
      // The same key can't become a second identity.
      if use.keyID == request.keyID { return .repeated(serial: use.serial) }
      let place = use.address.map { " from \($0)" } ?? ""
      return .refuse(
        .unauthorized,
        "The token was used at \(use.at.iso8601)\(place), with another key; a token is good once.")
    }
    guard time < enrolment.expiresAt else {
      return .refuse(.unauthorized, "The token expired at \(enrolment.expiresAt.iso8601).")
    }
    if let wanted = enrolment.hostName, wanted != request.hostName {
      return .refuse(
        .forbidden,
        "The token is for the host \"\(wanted)\"; this one calls itself \"\(request.hostName)\".")
    }
    guard let own = request.node else { return .issue(enrolment.node) }
    if let wanted = enrolment.node, wanted != own {
      return .refuse(
        .conflict, "The token is for node \(wanted); the state on this host is node \(own)'s.")
    }
    // Otherwise a token for a new node would let its bearer speak for any.
    guard enrolment.node == own || !isKnown else {
      return .refuse(
        .conflict,
        "The state on this host is node \(own)'s, and the token is for a new node; make one with "
          + "`roostctl node enrol --node \(own)`.")
    }
    return .issue(own)
  }
}
