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
