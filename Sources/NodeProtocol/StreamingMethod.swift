// SPDX-License-Identifier: Apache-2.0

public import Wire

/// A method one or both of whose sides send any number of messages.
public protocol StreamingMethod: ServiceMethod {}

/// One end of a call whose messages come and go one by one; see `WireStream`.
public struct MessageStream<Incoming: Message, Outgoing: Message>: Sendable {
  private let stream: WireStream

  init(_ stream: WireStream) { self.stream = stream }

  /// Sends a message; waits while the peer takes none.
  public func send(_ message: Outgoing) async throws(WireStatus) {
    try await stream.send(message.encoded)
  }

  /// The caller's last word: no more messages come from this end.
  public func endMessages() async { await stream.endMessages() }

  /// The next message; nil behind the last one.
  ///
  /// - Throws: how the call ended, if not well, or why what came is no such message.
  public func next() async throws(WireStatus) -> Incoming? {
    guard let bytes = try await stream.next() else { return nil }
    do {
      return try Incoming(decoding: bytes)
    } catch {
      throw WireStatus(
        .invalidArgument, "\(stream.request.method): a message is no \(Incoming.self): \(error)")
    }
  }
}

extension WirePeer {
  /// Opens a call of a typed method; see `open(_:)`.
  public func open<Method: StreamingMethod>(
    _ method: Method.Type, timeout: Duration?
  ) async throws(WireStatus) -> MessageStream<Method.Reply, Method.Request> {
    MessageStream(try await open(WireRequest(Method.name, timeout: timeout)))
  }

  /// Asks one thing and waits for all that is answered.
  public func replies<Method: StreamingMethod>(
    of method: Method.Type, to request: Method.Request, timeout: Duration
  ) async throws(WireStatus) -> [Method.Reply] {
    let stream = try await open(method, timeout: timeout)
    try await stream.send(request)
    await stream.endMessages()
    var replies: [Method.Reply] = []
    while let reply = try await stream.next() { replies.append(reply) }
    return replies
  }
}
