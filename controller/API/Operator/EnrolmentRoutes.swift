// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

// Who may connect as a node: tokens for new ones, and certificates that are good no more.
extension OperatorAPI {
  var enrolmentRoutes: [Route] {
    [
      Route("POST", "/v1/enrolments", access: .admin) { (context) throws(RoostError) in
        let draft = try Self.draft(try context.json("enrolment"))
        let (enrolment, token) = try await cloud.access.makeEnrolment(
          draft, for: try context.caller())
        return .json(201) { json in
          json.object("enrolment") { json in
            Self.write(&json, enrolment, .open)
            json.field("token", token.exposed)
          }
        }
      },
      Route("GET", "/v1/enrolments", access: .admin) { (context) throws(RoostError) in
        let enrolments = try await cloud.access.enrolments(for: try context.caller())
        return .json { json in
          json.array("enrolments") { json in
            for (enrolment, state) in enrolments {
              json.object { Self.write(&$0, enrolment, state) }
            }
          }
        }
      },
      Route("DELETE", "/v1/enrolments/{enrolment}", access: .admin) {
        (context) throws(RoostError) in
        let (enrolment, state) = try await cloud.access.deleteEnrolment(
          try context.id("enrolment", of: "Enrolment"), for: try context.caller())
        return .json { json in
          json.object("enrolment") { Self.write(&$0, enrolment, state) }
        }
      },
      Route("PUT", "/v1/nodes/{node}/revocation", access: .admin) {
        (context) throws(RoostError) in
        let body = try context.json("revocation")
        try body.refuseUnknown(allowed: ["reason"])
        let node: NodeID = try context.id("node", of: "Node")
        let standing = try await cloud.access.revoke(
          node, reason: try body.optionalString("reason"), for: try context.caller())
        return .json { json in
          json.object("revocation") { json in
            json.field("node_id", node)
            NodeShape.write(&json, standing)
          }
        }
      },
    ]
  }

  private static func draft(_ body: JSONReader) throws(RoostError) -> EnrolmentDraft {
    try body.refuseUnknown(
      allowed: ["node_id", "host_name", "valid_for_seconds", "controller_address"])
    var draft = EnrolmentDraft()
    draft.node = try body.optionalID("node_id")
    if draft.node == .zero { throw try body.member("node_id").refused("names no node") }
    draft.hostName = try body.optionalString("host_name")
    if let seconds = try body.optionalInteger("valid_for_seconds", in: EnrolmentDraft.validity) {
      draft.validFor = .seconds(seconds)
    }
    draft.address = try body.optionalString("controller_address")
    if let address = draft.address, !isAddress(address) {
      throw try body.member("controller_address").refused("must be HOST:PORT")
    }
    return draft
  }

  private static func isAddress(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
      let port = UInt16(text[text.index(after: colon)...])
    else { return false }
    return port > 0 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }

  private static func write(
    _ json: inout JSONWriter, _ enrolment: Enrolment, _ state: Enrolment.State
  ) {
    json.field("id", enrolment.id)
    json.field("state", state.rawValue)
    json.field("node_id", enrolment.node)
    json.field("host_name", enrolment.hostName)
    json.field("created_at", enrolment.createdAt.iso8601)
    json.field("expires_at", enrolment.expiresAt.iso8601)
    json.field("created_by", enrolment.creatorName)
    json.field("used_at", enrolment.use?.at.iso8601)
    json.field("used_from", enrolment.use?.address)
  }
}

extension NodeShape {
  static func write(_ json: inout JSONWriter, _ standing: NodeStanding) {
    json.field("is_revoked", standing.isRevoked)
    json.field("revoked_at", standing.revocation?.at.iso8601)
    json.field("revoked_by", standing.revocation?.authorName)
    json.field("revocation_reason", standing.revocation?.reason)
  }
}
