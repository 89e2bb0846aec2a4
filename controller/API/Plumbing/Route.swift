// SPDX-License-Identifier: Apache-2.0

public import Base
public import HTTPServer

/// One method on one path of a service, and what answers it.
public struct Route: Sendable {
  /// What a route asks of the caller before its handler runs.
  public enum Access: Sendable {
    /// Nothing: version documents, the token request itself.
    case open
    /// A valid token of any scope.
    case token
    /// A valid token that is scoped to a project.
    case project
    /// A valid project token with the admin role.
    case admin
  }

  /// What is done with the body before the handler runs.
  public enum Body: Sendable {
    /// Gathered in memory up to a limit in bytes.
    case collect(limit: Int)
    /// Handed over while it arrives.
    case stream
  }

  /// Bytes of a JSON body, unless a route says otherwise.
  public static let defaultBodyLimit = 1 << 20

  /// Answers one request.
  public typealias Handler =
    @Sendable (_ context: RequestContext) async throws(RoostError) -> HTTPResponse

  let method: String
  let pattern: PathPattern
  let access: Access
  let body: Body
  let versions: ClosedRange<Microversion>?
  let handler: Handler

  /// Describes a route.
  ///
  /// - Parameters:
  ///   - method: upper case. A `GET` route answers `HEAD` too.
  ///   - path: below the service's prefix, as `/v2.1/servers/{id}`.
  ///   - versions: the microversions it exists in; nil for all. At others it is 404, as in Nova.
  public init(
    _ method: String, _ path: String, access: Access = .project,
    body: Body = .collect(limit: defaultBodyLimit), versions: ClosedRange<Microversion>? = nil,
    handler: @escaping Handler
  ) {
    self.method = method
    pattern = PathPattern(path)
    self.access = access
    self.body = body
    self.versions = versions
    self.handler = handler
  }
}
