// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import HTTPServer
public import JSON

/// One request, as a handler sees it.
public struct RequestContext: Sendable {
  /// Method, path, query and headers.
  public let head: HTTPHead
  /// Which service was addressed.
  public let service: APIService
  /// What the path's captures hold, decoded.
  public let captures: [String: String]
  /// As negotiated; the service's oldest if none was asked for, 0.0 where there are none.
  public let microversion: Microversion
  /// `req-…`.
  public let requestID: String
  /// The service's root as the client sees it, without a slash at the end:
  /// `http://host:8770/compute`.
  public let baseURL: String
  /// The listener's root as the client sees it: `http://host:8770`.
  public let rootURL: String
  /// Who asks, if a token was given and is valid.
  public let authentication: Authentication?
  /// The body as the route planned it.
  public let body: HTTPBody

  /// Who asks, for routes with access `project` or `admin`.
  ///
  /// - Throws: `.forbidden` when the token has no project.
  public func caller() throws(RoostError) -> Caller {
    guard let authentication else {
      throw RoostError(.unauthorized, "The request you have made requires authentication.")
    }
    guard let caller = authentication.caller else {
      throw RoostError(.forbidden, "The token is not scoped to a project.")
    }
    return caller
  }

  /// What a capture of the route's pattern holds.
  public func capture(_ name: String) -> String { captures[name] ?? "" }

  /// A capture as a UUID.
  ///
  /// - Throws: `.notFound` for anything else, for no such thing can exist.
  public func id<Tag>(_ name: String, of thing: String) throws(RoostError) -> Identifier<Tag> {
    let text = capture(name)
    guard let id = Identifier<Tag>(text) else {
      throw RoostError(.notFound, "\(thing) \(text.prefix(255)) could not be found.")
    }
    return id
  }

  /// The first value of a query parameter.
  public func query(_ name: String) -> String? {
    head.query.first { $0.name == name }?.value
  }

  /// All values of a query parameter in order.
  public func queries(_ name: String) -> [String] {
    head.query.filter { $0.name == name }.map(\.value)
  }

  /// A query parameter as a number in `range`; nil if absent.
  public func queryInteger(_ name: String, in range: ClosedRange<Int>) throws(RoostError) -> Int? {
    guard let text = query(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw RoostError(
        .badRequest,
        "\(name): expected an integer from \(range.lowerBound) to \(range.upperBound), "
          + "got \"\(text.prefix(40))\".", field: name)
    }
    return number
  }

  /// A query parameter as a flag in the spellings OpenStack's services read; nil if absent, and for
  /// `None`, which clients send to mean "either".
  public func queryFlag(_ name: String) throws(RoostError) -> Bool? {
    guard let text = query(name) else { return nil }
    switch text.lowercased() {
    case "true", "1", "yes", "on", "t", "y", "": return true
    case "false", "0", "no", "off", "f", "n": return false
    case "none": return nil
    default:
      throw RoostError(
        .badRequest, "\(name): expected true or false, got \"\(text.prefix(40))\".", field: name)
    }
  }

  /// The collected body's bytes.
  public var bytes: [UInt8] {
    if case .bytes(let bytes) = body { bytes } else { [] }
  }

  /// The collected body as JSON.
  ///
  /// - Throws: `.badRequest` for another content type, an empty body and for what is not JSON.
  public func json() throws(RoostError) -> JSONReader {
    try requireContentType("application/json")
    guard !bytes.isEmpty else {
      throw RoostError(.badRequest, "The request body is empty; a JSON object is required.")
    }
    return try JSONReader(parsing: bytes)
  }

  /// Refuses a body of another media type; none named is taken as the right one.
  public func requireContentType(_ allowed: String...) throws(RoostError) {
    guard let sent = head.header("Content-Type") else { return }
    let bare = sent.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    guard bare.isEmpty || allowed.contains(bare) else {
      throw RoostError(
        .badRequest,
        "Content-Type: expected \(allowed.joined(separator: " or ")), got \"\(bare.prefix(80))\".",
        field: "Content-Type")
    }
  }

  /// The collected body as JSON with one member `root`, which is an object: `{"server": {…}}`.
  public func json(_ root: String) throws(RoostError) -> JSONReader {
    try json().object(root)
  }
}
