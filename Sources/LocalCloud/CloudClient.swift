// SPDX-License-Identifier: Apache-2.0

public import Base
import HTTPClient
public import JSON
import Lanes
import Synchronization

/// A client of a cloud's public API, as the admin. One call at a time.
public final class CloudClient: Sendable {
  /// What the API answered.
  public struct Answer: Sendable {
    /// The status code.
    public let status: Int
    /// The body; null if it was empty or is no JSON.
    public let json: JSONValue
    /// The body as text.
    public let text: String
  }

  private let root: String
  private let password: String
  private let lane: Lane
  private let http: HTTPClient
  private let token = Mutex<String?>(nil)
  private let clock = SystemClock()

  /// A client of the cloud whose API's root is `apiURL`.
  public init(apiURL: String, password: String) {
    root = apiURL
    self.password = password
    lane = Lane(name: "api client")
    http = HTTPClient(lane: lane)
  }

  deinit { lane.stop() }

  /// One call; gets a token first if there is none, and a new one when it was refused.
  ///
  /// - Parameters:
  ///   - path: below the root, as `/compute/v2.1/servers`.
  ///   - version: compute's microversion.
  /// - Throws: what `HTTPClient.request` throws; a status of failure is no error.
  public func call(
    _ method: String, _ path: String, _ body: JSONValue? = nil, version: String = "2.96"
  ) async throws(RoostError) -> Answer {
    try await call(
      method, path, bytes: body?.encoded, type: "application/json", version: version)
  }

  /// One call whose body is not JSON.
  public func call(
    _ method: String, _ path: String, bytes: [UInt8]?, type: String, version: String = "2.96"
  ) async throws(RoostError) -> Answer {
    for attempt in 0... {
      let answer = try await http.request(
        method, root + path,
        headers: [
          ("X-Auth-Token", try await currentToken()), ("Content-Type", type),
          ("OpenStack-API-Version", "compute \(version)"),
        ], body: bytes)
      if answer.status == 401 && attempt == 0 {
        token.withLock { $0 = nil }
        continue
      }
      return Answer(
        status: answer.status, json: (try? JSONValue(parsing: answer.bytes)) ?? .null,
        text: String(decoding: answer.bytes, as: UTF8.self))
    }
    throw RoostError(.unauthorized, "The API refuses its own tokens.")
  }

  /// One call that must succeed.
  ///
  /// - Throws: `unavailable` when no answer came, else `internal` with what the API said.
  @discardableResult
  public func get(
    _ method: String, _ path: String, _ body: JSONValue? = nil, version: String = "2.96"
  ) async throws(RoostError) -> JSONValue {
    let answer = try await call(method, path, body, version: version)
    guard (200..<300).contains(answer.status) else {
      throw RoostError(.internal, "\(method) \(path): \(answer.status) \(answer.text)")
    }
    return answer.json
  }

  /// Asks `body` again and again until it yields something; an API that does not answer yet is waited for too.
  ///
  /// - Throws: `deadlineExceeded` naming `what`.
  public func wait<T: Sendable>(
    for what: String, atMost patience: Duration = .seconds(60),
    every pause: Duration = .milliseconds(50),
    _ body: @Sendable () async throws(RoostError) -> T?
  ) async throws(RoostError) -> T {
    let deadline = clock.uptime + patience
    while true {
      var last = ""
      do throws(RoostError) {
        if let value = try await body() { return value }
      } catch {
        guard error.kind == .unavailable else { throw error }
        last = "; last: \(error)"
      }
      guard clock.uptime < deadline else {
        throw RoostError(.deadlineExceeded, "Waited in vain for \(what)\(last).")
      }
      do { try await clock.sleep(for: pause) } catch { throw .wrapping(error) }
    }
  }

  private func currentToken() async throws(RoostError) -> String {
    if let token = token.withLock({ $0 }) { return token }
    let domain: JSONValue = ["id": "default"]
    let user: JSONValue = ["name": "admin", "domain": domain, "password": .string(password)]
    let auth: JSONValue = [
      "auth": [
        "identity": ["methods": ["password"], "password": ["user": user]],
        "scope": ["project": ["name": "admin", "domain": domain]],
      ]
    ]
    let answer = try await http.request(
      "POST", root + "/identity/v3/auth/tokens", headers: [("Content-Type", "application/json")],
      body: auth.encoded)
    guard answer.status == 201, let fresh = answer.header("X-Subject-Token") else {
      throw RoostError(
        .internal, "No token: \(answer.status) \(String(decoding: answer.bytes, as: UTF8.self))")
    }
    token.withLock { $0 = fresh }
    return fresh
  }
}
