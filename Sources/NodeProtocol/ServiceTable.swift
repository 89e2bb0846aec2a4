// SPDX-License-Identifier: Apache-2.0

public import Wire

/// Answers a call of a method with one message each way. It runs where it is called from, on the
/// connection's loop, until it calls something that runs elsewhere.
public typealias UnaryHandler<Method: RemoteMethod> =
  nonisolated(nonsending) @Sendable (Method.Request, any WirePeer)
  async throws(WireStatus) -> Method.Reply

/// Typed handlers by method name; what a connection serves, to those who may call it.
public struct ServiceTable: WireService {
  private var handlers: [String: any MethodHandler] = [:]
  private var streams: [String: any StreamHandler] = [:]

  /// Serves nothing.
  public init() {}

  /// Serves a method.
  public mutating func on<Method: RemoteMethod>(
    _ method: Method.Type,
    _ handler: @escaping UnaryHandler<Method>
  ) {
    handlers[Method.name] = TypedHandler<Method>(handler: handler)
  }

  /// Serves a method whose messages come and go one by one. The call ends well when the handler
  /// returns.
  public mutating func onStream<Method: StreamingMethod>(
    _ method: Method.Type,
    _ handler:
      @escaping @Sendable (MessageStream<Method.Request, Method.Reply>, any WirePeer)
      async throws(WireStatus) -> Void
  ) {
    streams[Method.name] = TypedStreamHandler<Method>(handler: handler)
  }

  public func isStreaming(_ method: String) -> Bool { streams[method] != nil }

  public func serve(
    _ stream: WireStream, from peer: any WirePeer
  ) async throws(WireStatus) -> WireMetadata {
    guard let handler = streams[stream.request.method] else {
      throw WireStatus(.unimplemented, "\(stream.request.method.prefix(200)) is not served here")
    }
    try handler.callers.admit(peer, to: stream.request.method)
    try await handler.serve(stream, peer)
    return WireMetadata()
  }

  nonisolated(nonsending) public func serve(
    _ request: WireRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> WireReply {
    guard let handler = handlers[request.method] else {
      throw WireStatus(.unimplemented, "\(request.method.prefix(200)) is not served here")
    }
    try handler.callers.admit(peer, to: request.method)
    return WireReply(try await handler.answer(request.message, peer))
  }
}

extension [PeerIdentity.Role] {
  /// Refuses whoever is not among them.
  fileprivate func admit(_ peer: any WirePeer, to method: String) throws(WireStatus) {
    guard !contains(peer.identity.role) else { return }
    throw WireStatus(
      .permissionDenied,
      "\(method) is for \(map(\.rawValue).joined(separator: ", ")), not for \(peer.identity)")
  }
}

/// A handler whose types are known inside only.
private protocol MethodHandler: Sendable {
  var callers: [PeerIdentity.Role] { get }
  nonisolated(nonsending) func answer(
    _ request: [UInt8], _ peer: any WirePeer
  ) async throws(WireStatus) -> [UInt8]
}

private struct TypedHandler<Method: RemoteMethod>: MethodHandler {
  let handler: UnaryHandler<Method>

  var callers: [PeerIdentity.Role] { Method.callers }

  nonisolated(nonsending) func answer(
    _ request: [UInt8], _ peer: any WirePeer
  ) async throws(WireStatus) -> [UInt8] {
    let decoded: Method.Request
    do {
      decoded = try Method.Request(decoding: request)
    } catch {
      throw WireStatus(
        .invalidArgument, "\(Method.name): the request is no \(Method.Request.self): \(error)")
    }
    return try await handler(decoded, peer).encoded
  }
}

/// A stream's handler whose types are known inside only.
private protocol StreamHandler: Sendable {
  var callers: [PeerIdentity.Role] { get }
  func serve(_ stream: WireStream, _ peer: any WirePeer) async throws(WireStatus)
}

private struct TypedStreamHandler<Method: StreamingMethod>: StreamHandler {
  let handler:
    @Sendable (MessageStream<Method.Request, Method.Reply>, any WirePeer) async throws(WireStatus)
      -> Void

  var callers: [PeerIdentity.Role] { Method.callers }

  func serve(_ stream: WireStream, _ peer: any WirePeer) async throws(WireStatus) {
    try await handler(MessageStream(stream), peer)
  }
}
