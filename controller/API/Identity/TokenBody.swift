// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import JSON

/// Reads the body of `POST /v3/auth/tokens`.
func tokenRequest(_ body: JSONReader) throws(RoostError) -> TokenRequest {
  let auth = try body.object("auth")
  return TokenRequest(
    proof: try proof(try auth.object("identity")), scope: try scope(auth))
}

private func proof(_ identity: JSONReader) throws(RoostError) -> TokenRequest.Proof {
  let methods = try identity.strings("methods", maxCount: 8)
  guard methods.count == 1, let method = methods.first else {
    throw RoostError(
      .badRequest, "auth.identity.methods: expected one method, got \(methods.count).",
      field: "auth.identity.methods")
  }
  switch method {
  case "password":
    let user = try identity.object("password").object("user")
    let password = Secret(try user.string("password", maxLength: 8192, allowEmpty: true))
    return .password(try userReference(user), password)
  case "token":
    return .token(Secret(try identity.object("token").string("id", maxLength: 8192)))
  default:
    throw RoostError(
      .unauthorized,
      "auth.identity.methods: \"\(method.prefix(40))\" is not served; password and token are.",
      field: "auth.identity.methods")
  }
}

private func userReference(_ user: JSONReader) throws(RoostError) -> TokenRequest.UserReference {
  if let id = try user.optionalString("id") { return UserID(id).map { .id($0) } ?? .nobody }
  let name = try user.string("name")
  return try isDefaultDomain(user) ? .name(name) : .nobody
}

private func scope(_ auth: JSONReader) throws(RoostError) -> TokenRequest.Scope {
  guard let scope = try auth.optionalMember("scope") else { return .automatic }
  if scope.value == "unscoped" || scope.has("unscoped") { return .unscoped }
  if let project = try scope.optionalObject("project") {
    if let id = try project.optionalString("id") {
      return ProjectID(id).map { .projectID($0) } ?? .nothing
    }
    let name = try project.string("name")
    return try isDefaultDomain(project) ? .projectName(name) : .nothing
  }
  // Nobody has a role on a domain or on the whole system; Keystone says 401 then.
  if scope.has("domain") || scope.has("system") || scope.has("OS-TRUST:trust") { return .nothing }
  throw scope.expected("project or unscoped")
}

/// Names are unique within a domain only, so that a name needs one; there is only the default.
private func isDefaultDomain(_ named: JSONReader) throws(RoostError) -> Bool {
  let domain = try named.object("domain")
  if let id = try domain.optionalString("id") { return id == Keystone.domainID }
  return try domain.string("name").lowercased() == Keystone.domainName.lowercased()
}
