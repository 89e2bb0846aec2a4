// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import HTTPServer
import JSON

extension ComputeAPI {
  var keyPairRoutes: [Route] {
    [
      Route("GET", "/v2.1/os-keypairs") { (context) throws(RoostError) in
        try context.refuseUnknownQuery(since: 75, allowed: ["user_id", "limit", "marker"])
        let pairs = try await cloud.keyPairs(of: try Self.user(context), for: try context.caller())
        // Before 2.35 the list has no pages.
        let page = try Page(
          of: pairs, context, path: "os-keypairs", id: \.name)
        return .json { json in
          json.array("keypairs") { json in
            for pair in context.serves(35) ? page.elements : pairs {
              json.object { $0.object("keypair") { Self.writeKey(&$0, pair, context) } }
            }
          }
          if context.serves(35) { page.writeLinks(&json, "keypairs_links") }
        }
      },
      Route("POST", "/v2.1/os-keypairs") { (context) throws(RoostError) in
        try await importKeyPair(context)
      },
      Route("GET", "/v2.1/os-keypairs/{name}") { (context) throws(RoostError) in
        let pair = try await cloud.keyPair(
          context.capture("name"), of: try Self.user(context), for: try context.caller())
        return .json { json in
          json.object("keypair") {
            Self.writeKey(&$0, pair, context)
            $0.field("user_id", pair.user.hex)
            $0.field("id", pair.id)
            $0.field("deleted", false)
            $0.field("created_at", pair.createdAt.iso8601Zoneless)
            $0.null("updated_at")
            $0.null("deleted_at")
          }
        }
      },
      Route("DELETE", "/v2.1/os-keypairs/{name}") { (context) throws(RoostError) in
        try await cloud.deleteKeyPair(
          context.capture("name"), of: try Self.user(context), for: try context.caller())
        return .empty(context.serves(2) ? 204 : 202)
      },
    ]
  }

  private func importKeyPair(_ context: RequestContext) async throws(RoostError) -> HTTPResponse {
    let body = try context.json("keypair")
    var allowed = ["name", "public_key"]
    if context.serves(2) { allowed.append("type") }
    if context.serves(10) { allowed.append("user_id") }
    try body.refuseUnknown(allowed: allowed)
    let name = try Self.newName(body.member("name"))
    guard try body.optionalString("type") ?? "ssh" == "ssh" else {
      throw RoostError(
        .badRequest, "keypair.type: only ssh is served.", field: "keypair.type")
    }
    guard let key = try body.optionalString("public_key", maxLength: 16_384) else {
      throw RoostError(
        .badRequest,
        "keypair.public_key: is required. Keys are made by the client, as from microversion 2.92.",
        field: "keypair.public_key")
    }
    let user: UserID? = try body.optionalID("user_id")
    let pair = try await cloud.importKeyPair(
      name, publicKey: key, user: user, for: try context.caller())
    return .json(context.serves(2) ? 201 : 200) { json in
      json.object("keypair") {
        Self.writeKey(&$0, pair, context)
        $0.field("user_id", pair.user.hex)
      }
    }
  }

  /// A name that a URL can hold: letters, digits, blanks and `_ - @ .`, as in Nova.
  private static func newName(_ field: JSONReader) throws(RoostError) -> String {
    let name = try field.asName()
    let isSafe = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "_"),
        UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isSafe else { throw field.refused("expected letters, digits, blanks and _ - @ .") }
    return name
  }

  private static func writeKey(
    _ json: inout JSONWriter, _ pair: KeyPair, _ context: RequestContext
  ) {
    json.field("name", pair.name)
    json.field("fingerprint", pair.fingerprint)
    json.field("public_key", pair.publicKey)
    if context.serves(2) { json.field("type", pair.type) }
  }

  private static func user(_ context: RequestContext) throws(RoostError) -> UserID? {
    guard context.serves(10), let text = context.query("user_id") else { return nil }
    guard let user = UserID(text) else {
      throw RoostError(.badRequest, "user_id: expected a UUID.", field: "user_id")
    }
    return user
  }
}
