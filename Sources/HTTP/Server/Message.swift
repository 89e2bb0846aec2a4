// SPDX-License-Identifier: Apache-2.0

public import Base

/// What is known of a request before its body: enough to route it and to decide about the body.
public struct HTTPHead: Sendable {
  /// Upper case, as sent.
  public let method: String
  /// The path before `?`, still percent-encoded.
  public let path: String
  /// The query's pairs in order, decoded; a key without `=` has an empty value.
  public let query: [(name: String, value: String)]
  /// Header fields in order; names as sent.
  public let headers: [(name: String, value: String)]
  /// The peer's address, for logs.
  public let peer: String

  /// Made by the server and by tests of handlers.
  public init(
    method: String, path: String, query: [(name: String, value: String)] = [],
    headers: [(name: String, value: String)] = [], peer: String = "127.0.0.1"
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.peer = peer
  }

  /// The first value of a header, whatever the case of its name.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// What a handler wants done with the body before it is called.
public enum HTTPBodyPlan: Sendable {
  /// Gather it in memory; one larger than `limit` bytes is answered 413 by the server.
  case collect(limit: Int)
  /// Hand it over piece by piece while it arrives; reading slowly slows the sender.
  case stream
  /// Answer at once, without reading it.
  case refuse(HTTPResponse)
}

/// The body, in the form the plan asked for.
public enum HTTPBody: Sendable {
  /// All of it; empty if none was sent.
  case bytes([UInt8])
  /// Pieces as they arrive. Throws `cancelled` when the peer goes before its end.
  case pieces(any HTTPBodyPieces)
}

/// A body that is still arriving.
public protocol HTTPBodyPieces: Sendable {
  /// The next piece, at most 1 MiB, or nil after the last.
  func next() async throws(RoostError) -> [UInt8]?
}

/// An answer.
public struct HTTPResponse: Sendable {
  /// What follows the headers.
  public enum Body: Sendable {
    /// Nothing.
    case none
    /// These bytes; `Content-Type` is among the headers.
    case bytes([UInt8])
    /// A file from the disk, sent by the kernel without passing through us.
    case file(path: String, size: UInt64)
  }

  /// The status code.
  public var status: Int
  /// Header fields in order. `Content-Length` is the server's business.
  public var headers: [(name: String, value: String)]
  /// The body.
  public var body: Body

  /// Makes an answer.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .none) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// What serves requests. Tests call it without a socket.
public protocol HTTPHandler: Sendable {
  /// Called once the head is read, on one of the server's threads: must not block.
  func plan(for head: HTTPHead) -> HTTPBodyPlan
  /// Called with the body as planned, as a task on the executor the server was given. Cancelled
  /// when the peer goes.
  func respond(to head: HTTPHead, body: HTTPBody) async -> HTTPResponse
}
