// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
public import HTTPServer
public import Log

/// Serves all services: finds the route, checks the token, runs the handler, turns errors into
/// faults, and puts the headers on every answer that its service's clients expect.
public struct APIHandler: HTTPHandler {
  /// What the handler needs to know of the outside.
  public struct Configuration: Sendable {
    /// The listener's root as clients see it, without a slash at the end; nil takes it from each
    /// request's `Host`.
    public var publicURL: String?
    /// Whether the listener itself speaks TLS.
    public var isTLS: Bool
    /// Named when a request has no `Host`.
    public var address: String

    /// Describes the listener.
    public init(publicURL: String? = nil, isTLS: Bool = false, address: String = "localhost") {
      self.publicURL = publicURL
      self.isTLS = isTLS
      self.address = address
    }
  }

  private let tables: [APIService: RouteTable]
  private let authenticator: any Authenticator
  private let randomness: any Randomness
  private let configuration: Configuration
  private let log: Logger

  /// - Parameter routes: for each service that is served. The others answer 404.
  public init(
    routes: [APIService: [Route]], authenticator: any Authenticator, randomness: any Randomness,
    configuration: Configuration, log: Logger
  ) {
    tables = routes.mapValues(RouteTable.init)
    self.authenticator = authenticator
    self.randomness = randomness
    self.configuration = configuration
    self.log = log
  }

  public func plan(for head: HTTPHead) -> HTTPBodyPlan {
    let target = Target(head)
    guard case .found(let route, _)? = target.match(in: tables, head.method, version: nil) else {
      // What isn't served is refused after the token check; small bodies are read and dropped.
      return .collect(limit: Route.defaultBodyLimit)
    }
    switch route.body {
    case .collect(let limit): return .collect(limit: limit)
    case .stream: return .stream
    }
  }

  /// A path as a log may show it: a grant in it opens an image's bytes to whoever reads it.
  static func logged(_ path: String) -> String {
    guard let grants = path.firstRange(of: "/grants/") else { return path }
    return path[..<grants.upperBound] + "***"
  }

  public func respond(to head: HTTPHead, body: HTTPBody) async -> HTTPResponse {
    let requestID = "req-" + Identifier<RequestTag>.random(from: randomness).description
    let target = Target(head)
    let log = log.with([
      .request: requestID, .operation: "\(head.method) \(Self.logged(head.path))",
    ])
    guard let service = target.service else {
      return Faults.response(notServed(head), service: .operator)
    }
    let range: MicroversionRange? = service == .compute ? .compute : nil
    var version = range?.oldest
    var response: HTTPResponse
    do throws(RoostError) {
      version = try range?.negotiate(head.header)
      response = try await answer(
        head, body, target: target, service: service, version: version, requestID: requestID)
    } catch {
      report(error, log)
      response = fault(error, head: head, service: service)
    }
    decorate(&response, service: service, range: range, version: version, requestID: requestID)
    log.debug("answered \(response.status)")
    return response
  }

  private func answer(
    _ head: HTTPHead, _ body: HTTPBody, target: Target, service: APIService,
    version: Microversion?, requestID: String
  ) async throws(RoostError) -> HTTPResponse {
    let match = target.match(in: tables, head.method, version: version)
    var authentication: Authentication?
    if case .found(let route, _)? = match, case .open = route.access {
      authentication = nil
    } else {
      authentication = try await authenticate(head, requestID: requestID)
    }
    switch match {
    case .found(let route, let captures)?:
      let rootURL = rootURL(head)
      let context = RequestContext(
        head: head, service: service, captures: captures,
        microversion: version ?? Microversion(0, 0), requestID: requestID,
        baseURL: rootURL + service.prefix, rootURL: rootURL, authentication: authentication,
        body: body)
      try allow(context, route.access)
      return try await route.handler(context)
    case .otherMethods(let methods)?:
      let error = RoostError(
        .notAllowed,
        "The method \(head.method) is not allowed for \(head.path); allowed are "
          + "\(methods.joined(separator: ", ")).")
      var response = Faults.response(error, service: service)
      response.headers.append(("Allow", methods.joined(separator: ", ")))
      return response
    case .unknown?, nil:
      throw notServed(head)
    }
  }

  private func authenticate(_ head: HTTPHead, requestID: String) async throws(RoostError)
    -> Authentication
  {
    guard let token = head.header("X-Auth-Token"), !token.isEmpty else {
      throw RoostError(.unauthorized, "The request you have made requires authentication.")
    }
    return try await authenticator.authenticate(token, requestID: requestID)
  }

  private func allow(_ context: RequestContext, _ access: Route.Access) throws(RoostError) {
    switch access {
    case .open, .token: return
    case .project: _ = try context.caller()
    case .admin:
      guard try context.caller().isAdmin else {
        throw RoostError(
          .forbidden,
          "You are not authorized to perform the requested action: "
            + "\(context.head.method) \(context.head.path) needs the admin role.")
      }
    }
  }

  private func notServed(_ head: HTTPHead) -> RoostError {
    RoostError(.notFound, "The resource \(head.path.prefix(255)) could not be found.")
  }

  private func rootURL(_ head: HTTPHead) -> String {
    if let url = configuration.publicURL { return url }
    let scheme = configuration.isTLS ? "https" : "http"
    let host = head.header("Host").flatMap { isHost($0) ? $0 : nil } ?? configuration.address
    return "\(scheme)://\(host)"
  }

  /// Only what can stand in a URL is echoed back.
  private func isHost(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 255
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private func fault(_ error: RoostError, head: HTTPHead, service: APIService) -> HTTPResponse {
    var response = Faults.response(error, service: service)
    if error.kind == .unauthorized {
      let uri = rootURL(head) + APIService.identity.prefix
      response.headers.append(("WWW-Authenticate", "Keystone uri=\"\(uri)\""))
    }
    return response
  }

  private func report(_ error: RoostError, _ log: Logger) {
    switch error.kind {
    case .internal: log.error("\(error)")
    case .unavailable, .deadlineExceeded: log.warning("\(error)")
    // What has something for the operator to know is not for the user's eyes alone.
    default: error.operator == nil ? log.debug("\(error)") : log.warning("\(error)")
    }
  }

  private func decorate(
    _ response: inout HTTPResponse, service: APIService, range: MicroversionRange?,
    version: Microversion?, requestID: String
  ) {
    response.headers.append(("x-openstack-request-id", requestID))
    if service == .compute { response.headers.append(("x-compute-request-id", requestID)) }
    if service == .identity { response.headers.append(("Vary", "X-Auth-Token")) }
    if let range {
      response.headers.append(contentsOf: range.headers(for: version ?? range.oldest))
    }
  }
}

private enum RequestTag {}

/// The service a path addresses and what is left of the path.
private struct Target {
  let service: APIService?
  let segments: [String]?

  init(_ head: HTTPHead) {
    let segments = pathSegments(head.path)
    service = segments?.first.flatMap(APIService.init(rawValue:))
    self.segments = segments.map { Array($0.dropFirst()) }
  }

  func match(
    in tables: [APIService: RouteTable], _ method: String, version: Microversion?
  ) -> RouteTable.Match? {
    guard let service, let segments else { return nil }
    return tables[service]?.match(method, segments, version: version)
  }
}
