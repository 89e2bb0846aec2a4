// SPDX-License-Identifier: Apache-2.0

public import Wire

/// A method of one of the services in `node.proto`, with its types.
public protocol ServiceMethod: SendableMetatype {
  /// What the caller sends.
  associatedtype Request: Message
  /// What it gets back.
  associatedtype Reply: Message
  /// `package.Service/Method`, as gRPC writes it.
  static var name: String { get }
  /// Whose calls are served, by what their certificates make of them; all others are refused.
  static var callers: [PeerIdentity.Role] { get }
}

/// A method that takes one message and answers with one.
public protocol RemoteMethod: ServiceMethod {}

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
