// SPDX-License-Identifier: Apache-2.0

import API
import Base
public import CloudModel
import ControllerDaemon
public import HTTPServer
public import JSON
import Log
import Synchronization

/// Sends requests to the API's handler as the HTTP server does, without a socket.
public struct TestAPI: Sendable {
  /// The listener's root in every URL of an answer.
  public static let root = "http://cloud.test:8770"

  private let handler: APIHandler

  /// Serves all services of a controller. The callers of `TestCallers` need no real token.
  public init(_ cloud: TestCloud) {
    handler = cloud.core.handler(
      APIHandler.Configuration(publicURL: Self.root),
      authenticator: TestAuthenticator(others: cloud.core.identityAPI))
  }

  /// Sends a request and returns the answer.
  ///
  /// - Parameters:
  ///   - target: path and query, as `/compute/v2.1/servers?name=a`.
  ///   - caller: who asks; nil sends no token. Another token is sent as a header.
  ///   - json: the body; nil sends none.
  public func send(
    _ method: String, _ target: String, as caller: Caller? = TestCallers.admin,
    headers: [(name: String, value: String)] = [], _ json: JSONValue? = nil
  ) async -> TestAnswer {
    await send(
      method, target, as: caller,
      headers: json == nil ? headers : [("Content-Type", "application/json")] + headers,
      pieces: json.map { [$0.encoded] } ?? [])
  }

  /// Sends a request whose body arrives in pieces.
  ///
  /// - Parameter breaksOff: whether the peer goes after the last piece instead of ending the body.
  public func send(
    _ method: String, _ target: String, as caller: Caller? = TestCallers.admin,
    headers: [(name: String, value: String)] = [], pieces: [[UInt8]], breaksOff: Bool = false
  ) async -> TestAnswer {
    var headers = headers
    if let caller { headers.append(("X-Auth-Token", TestAuthenticator.token(of: caller))) }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let head = HTTPHead(
      method: method, path: String(parts[0]), query: parts.count > 1 ? pairs(parts[1]) : [],
      headers: headers)
    switch handler.plan(for: head) {
    case .refuse(let response): return TestAnswer(response)
    case .stream:
      let body = Pieces(pieces, breaksOff: breaksOff)
      return TestAnswer(await handler.respond(to: head, body: .pieces(body)))
    case .collect(let limit):
      let bytes = pieces.flatMap { $0 }
      // The server itself answers this one.
      guard bytes.count <= limit else { return TestAnswer(HTTPResponse(status: 413)) }
      return TestAnswer(await handler.respond(to: head, body: .bytes(bytes)))
    }
  }

  private func pairs(_ query: Substring) -> [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decoded(sides[0]), sides.count > 1 ? decoded(sides[1]) : "")
    }
  }

  private func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest.removeFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// An answer of the API.
public struct TestAnswer: Sendable {
  public let status: Int
  public let headers: [(name: String, value: String)]
  public let body: HTTPResponse.Body

  init(_ response: HTTPResponse) {
    status = response.status
    headers = response.headers
    body = response.body
  }

  /// The body's bytes; none for a file.
  public var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }
  /// The body as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
  /// The body as JSON; null when it is none.
  public var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }

  /// The first value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// Knows the callers of `TestCallers` by a token that names them; other tokens are real ones.
private struct TestAuthenticator: Authenticator {
  let others: any Authenticator

  static func token(of caller: Caller) -> String { "test:\(caller.userName)" }

  func authenticate(_ token: String, requestID: String) async throws(RoostError) -> Authentication {
    let callers = [
      TestCallers.admin, TestCallers.member, TestCallers.reader, TestCallers.stranger,
    ]
    guard let known = callers.first(where: { Self.token(of: $0) == token }) else {
      return try await others.authenticate(token, requestID: requestID)
    }
    return Authentication(
      user: known.user,
      caller: Caller(
        user: known.user, userName: known.userName, project: known.project,
        projectName: known.projectName, roles: known.roles, requestID: requestID))
  }
}

/// A body that arrives piece by piece.
private final class Pieces: HTTPBodyPieces {
  private let rest: Mutex<[[UInt8]]>
  private let breaksOff: Bool

  init(_ pieces: [[UInt8]], breaksOff: Bool) {
    rest = Mutex(pieces)
    self.breaksOff = breaksOff
  }

  func next() async throws(RoostError) -> [UInt8]? {
    let piece = rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    if piece == nil, breaksOff { throw RoostError(.cancelled, "The client has gone.") }
    return piece
  }
}
