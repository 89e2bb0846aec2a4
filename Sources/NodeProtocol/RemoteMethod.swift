// SPDX-License-Identifier: Apache-2.0

public import Wire

/// A method of one of the services in `node.proto`, with its types.
public protocol RemoteMethod: SendableMetatype {
  /// What the caller sends.
  associatedtype Request: Message
  /// What it gets back.
  associatedtype Reply: Message
  /// `package.Service/Method`, as gRPC writes it.
  static var name: String { get }
  /// Whose calls are served, by what their certificates make of them; all others are refused.
  static var callers: [PeerIdentity.Role] { get }
}

extension WirePeer {
  /// Calls a typed method; see `call(_:_:timeout:)`.
  public func call<Method: RemoteMethod>(
    _ method: Method.Type, _ request: Method.Request, timeout: Duration
  ) async throws(WireStatus) -> Method.Reply {
    let reply = try await call(Method.name, request.encoded, timeout: timeout)
    do {
      return try Method.Reply(decoding: reply)
    } catch {
      throw WireStatus(.internal, "\(Method.name): the reply is no \(Method.Reply.self): \(error)")
    }
  }
}

/// Typed handlers by method name; what a connection serves, to those who may call it.
public struct ServiceTable: WireService {
  private var handlers: [String: any MethodHandler] = [:]

  /// Serves nothing.
  public init() {}

  /// Serves a method.
  public mutating func on<Method: RemoteMethod>(
    _ method: Method.Type,
    _ handler:
      @escaping @Sendable (Method.Request, any WirePeer) async throws(WireStatus) -> Method.Reply
  ) {
    handlers[Method.name] = TypedHandler<Method>(handler: handler)
  }

  public func serve(
    _ method: String, _ request: [UInt8], from peer: any WirePeer
  ) async throws(WireStatus) -> [UInt8] {
    guard let handler = handlers[method] else {
      throw WireStatus(.unimplemented, "\(method.prefix(200)) is not served here")
    }
    guard handler.callers.contains(peer.identity.role) else {
      throw WireStatus(
        .permissionDenied,
        "\(method) is for \(handler.callers.map(\.rawValue).joined(separator: ", ")), not for "
          + "\(peer.identity)")
    }
    return try await handler.answer(request, peer)
  }
}

/// A handler whose types are known inside only.
private protocol MethodHandler: Sendable {
  var callers: [PeerIdentity.Role] { get }
  func answer(_ request: [UInt8], _ peer: any WirePeer) async throws(WireStatus) -> [UInt8]
}

private struct TypedHandler<Method: RemoteMethod>: MethodHandler {
  let handler: @Sendable (Method.Request, any WirePeer) async throws(WireStatus) -> Method.Reply

  var callers: [PeerIdentity.Role] { Method.callers }

  func answer(_ request: [UInt8], _ peer: any WirePeer) async throws(WireStatus) -> [UInt8] {
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
