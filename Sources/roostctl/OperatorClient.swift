// SPDX-License-Identifier: Apache-2.0

import Base
import HTTPClient
import JSON
import Lanes

/// One HTTP exchange; the seam that tests replace.
typealias Exchange =
  @Sendable (OperatorClient.Request) async throws(RoostError) -> OperatorClient.Answer

/// Speaks `/operator/v1` with a token of its own.
struct OperatorClient: Sendable {
  struct Request: Sendable {
    var method: String
    var url: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]?
    var timeout: Duration
  }

  struct Answer: Sendable {
    var status: Int
    var token: String?
    var bytes: [UInt8]
  }

  /// Bytes of an answer at most.
  private static let answerLimit = 256 << 20

  private let exchange: Exchange
  private let url: String
  private let token: Secret<String>

  /// Asks for a token and finds the operator's API in its catalog.
  static func signIn(_ access: CloudAccess, _ exchange: Exchange? = nil) async throws(RoostError)
    -> OperatorClient
  {
    let exchange = exchange ?? http(caFile: access.caFile)
    let answer = try await exchange(
      Request(
        method: "POST", url: access.authURL + "/auth/tokens",
        headers: [("Content-Type", "application/json")], body: access.tokenRequest.encoded,
        timeout: .seconds(30)))
    guard answer.status == 201, let token = answer.token else {
      throw refusal(answer, of: "POST \(access.authURL)/auth/tokens", signingIn: true)
    }
    let body = try JSONValue(parsing: answer.bytes)
    return OperatorClient(
      exchange: exchange, url: try endpoint(body, access), token: Secret(token))
  }

  /// - Parameter path: below `/operator/v1`, as `/nodes`.
  func get(_ path: String, timeout: Duration = .seconds(60)) async throws(RoostError) -> JSONValue {
    try await send("GET", path, nil, timeout)
  }

  /// Makes something.
  func post(_ path: String, _ body: JSONValue) async throws(RoostError) -> JSONValue {
    try await send("POST", path, body, .seconds(60))
  }

  /// Puts an object.
  func put(_ path: String, _ body: JSONValue) async throws(RoostError) -> JSONValue {
    try await send("PUT", path, body, .seconds(60))
  }

  /// Deletes something.
  func delete(_ path: String) async throws(RoostError) -> JSONValue {
    try await send("DELETE", path, nil, .seconds(60))
  }

  private func send(_ method: String, _ path: String, _ body: JSONValue?, _ timeout: Duration)
    async throws(RoostError) -> JSONValue
  {
    var headers: [(name: String, value: String)] = [("X-Auth-Token", token.exposed)]
    if body != nil { headers.append(("Content-Type", "application/json")) }
    let answer = try await exchange(
      Request(
        method: method, url: url + path, headers: headers, body: body?.encoded, timeout: timeout))
    guard answer.status == 200 || answer.status == 201 else {
      throw Self.refusal(answer, of: "\(method) \(url)\(path)", signingIn: false)
    }
    return try JSONValue(parsing: answer.bytes)
  }

  private static func http(caFile: String?) -> Exchange {
    // A command does one thing after the other: nothing waits while a call blocks.
    let client = HTTPClient(lane: InlineLane(), caFile: caFile)
    return { (request) async throws(RoostError) in
      do throws(RoostError) {
        let answer = try await client.request(
          request.method, request.url, headers: request.headers, body: request.body,
          limit: answerLimit, timeout: request.timeout)
        return Answer(
          status: answer.status, token: answer.header("X-Subject-Token"), bytes: answer.bytes)
      } catch {
        guard error.kind == .unavailable else { throw error }
        throw RoostError(
          .unavailable, error.user + " Is roost-controller running, and is auth_url its address?",
          operator: error.operator, cause: error)
      }
    }
  }

  private static func endpoint(_ body: JSONValue, _ access: CloudAccess) throws(RoostError)
    -> String
  {
    let services = body["token"]?["catalog"]?.elements ?? []
    let service = services.first { $0["type"]?.text == "operator" }
    let endpoints = service?["endpoints"]?.elements ?? []
    guard
      let url = endpoints.first(where: { $0["interface"]?.text == access.interface })?["url"]?.text
    else {
      throw RoostError(
        .notFound,
        "The cloud at \(access.authURL) has no \(access.interface) endpoint of the type "
          + "\"operator\" in its catalog: it is no Roost.")
    }
    return url
  }

  /// An answer that is none as an error; the controller's own words when it said some.
  private static func refusal(_ answer: Answer, of call: String, signingIn: Bool) -> RoostError {
    let body = try? JSONValue(parsing: answer.bytes)
    let said =
      body?["errors"]?[0]?["detail"]?.text ?? body?["error"]?["message"]?.text
      ?? "The controller answered with status \(answer.status)."
    let detail = "\(call) answered \(answer.status)"
    switch answer.status {
    case 401 where signingIn:
      return RoostError(
        .unauthorized, said + " Check username, password and project in clouds.yaml.",
        operator: detail)
    case 401: return RoostError(.unauthorized, said, operator: detail)
    case 403:
      return RoostError(
        .forbidden, said + " Use a user with the role admin in the project.", operator: detail)
    case 404: return RoostError(.notFound, said, operator: detail)
    case 409: return RoostError(.conflict, said, operator: detail)
    default: return RoostError(.unavailable, said, operator: detail)
    }
  }
}

extension CloudAccess {
  /// Keystone's request of a token by password, scoped to a project.
  fileprivate var tokenRequest: JSONValue {
    var user = user.keystone
    user["password"] = .string(password.exposed)
    return [
      "auth": [
        "identity": ["methods": ["password"], "password": ["user": .object(user)]],
        "scope": ["project": .object(project.keystone)],
      ]
    ]
  }
}

extension CloudAccess.Reference {
  /// By id alone, or by name and domain; the domain is `default` where none is named.
  fileprivate var keystone: JSONObject {
    var object = JSONObject()
    if let id {
      object["id"] = .string(id)
      return object
    }
    object["name"] = .string(name ?? "")
    if domainID == nil, let domainName {
      object["domain"] = ["name": .string(domainName)]
    } else {
      object["domain"] = ["id": .string(domainID ?? "default")]
    }
    return object
  }
}
