// SPDX-License-Identifier: Apache-2.0

import Base
import Cloud
import CloudModel
import Crypto
import HTTPServer
import JSON

extension IdentityAPI {
  var tokenRoutes: [Route] {
    [
      Route("POST", "/v3/auth/tokens", access: .open, body: .collect(limit: 65536)) {
        (context) throws(RoostError) in
        let request = try tokenRequest(try context.json())
        let (token, details) = try await identity.issueToken(request)
        var response = tokenResponse(201, details, context)
        response.headers.append(("X-Subject-Token", token.exposed))
        return response
      },
      Route("GET", "/v3/auth/tokens", access: .token) { (context) throws(RoostError) in
        let token = try subjectToken(context)
        let details = try await subject(token, context)
        var response = tokenResponse(200, details, context)
        response.headers.append(("X-Subject-Token", token.exposed))
        return response
      },
      Route("DELETE", "/v3/auth/tokens", access: .token) { (context) throws(RoostError) in
        try await identity.revokeToken(try await subject(try subjectToken(context), context))
        return .empty()
      },
      Route("GET", "/v3/auth/catalog", access: .project) { context in
        .json { json in
          catalog.write("catalog", rootURL: context.rootURL, into: &json)
          json.object("links") {
            $0.null("next")
            $0.field("self", "\(context.baseURL)/v3/auth/catalog")
            $0.null("previous")
          }
        }
      },
      Route("GET", "/v3/auth/projects", access: .token) { (context) throws(RoostError) in
        guard let user = context.authentication?.user else { return .empty(401) }
        let projects = try await identity.projects(of: user).filter(\.isEnabled)
        return Keystone.list("projects", projects, context) { Keystone.write(&$0, $1, context) }
      },
      Route("GET", "/v3/auth/domains", access: .token) { context in
        Keystone.list("domains", [Never](), context) { _, _ in }
      },
    ]
  }

  private func subjectToken(_ context: RequestContext) throws(RoostError) -> Secret<String> {
    guard let token = context.head.header("X-Subject-Token"), !token.isEmpty else {
      throw RoostError(
        .badRequest, "X-Subject-Token: is required.", field: "X-Subject-Token")
    }
    return Secret(token)
  }

  /// The token asked about. One that is not valid does not exist; another's is an admin's business.
  private func subject(_ token: Secret<String>, _ context: RequestContext)
    async throws(RoostError) -> TokenDetails
  {
    let details: TokenDetails
    do throws(RoostError) {
      details = try await identity.checkToken(token)
    } catch {
      guard error.kind == .unauthorized else { throw error }
      throw RoostError(.notFound, "Could not find token.")
    }
    if details.user.id != context.authentication?.user {
      guard context.authentication?.caller?.isAdmin == true else {
        throw RoostError(
          .forbidden,
          "You are not authorized to perform the requested action: identity:validate_token.")
      }
    }
    return details
  }

  private func tokenResponse(_ status: Int, _ details: TokenDetails, _ context: RequestContext)
    -> HTTPResponse
  {
    let hidesCatalog = context.head.query.contains { $0.name == "nocatalog" }
    return .json(status) { json in
      json.object("token") { json in
        write(details, into: &json)
        if details.project != nil, !hidesCatalog {
          catalog.write("catalog", rootURL: context.rootURL, into: &json)
        }
      }
    }
  }

  private func write(_ details: TokenDetails, into json: inout JSONWriter) {
    let claims = details.claims
    json.array("methods") { for name in claims.methods.names { $0.value(name) } }
    json.object("user") {
      Keystone.domain(&$0)
      $0.field("id", details.user.id.hex)
      $0.field("name", details.user.name)
      $0.null("password_expires_at")
    }
    json.array("audit_ids") {
      $0.value(Base64.url.encode(claims.auditID.uuidBytes))
      if let chain = claims.chainID { $0.value(Base64.url.encode(chain.uuidBytes)) }
    }
    json.field("expires_at", claims.expiresAt.iso8601Microseconds)
    json.field("issued_at", claims.issuedAt.iso8601Microseconds)
    guard let project = details.project else { return }
    json.object("project") {
      Keystone.domain(&$0)
      $0.field("id", project.id.hex)
      $0.field("name", project.name)
    }
    json.field("is_domain", false)
    json.array("roles") { json in
      for role in details.roles {
        json.object {
          $0.field("id", role.id.hex)
          $0.field("name", role.name)
        }
      }
    }
  }
}
