// SPDX-License-Identifier: Apache-2.0

public import Base

/// One live connection to a peer. Either end may call the other. A class, so that one connection can
/// be told from the next.
public protocol WirePeer: AnyObject, Sendable {
  /// Who is at the other end.
  var identity: PeerIdentity { get }
  /// The IP address that the other end has for this one, as `192.0.2.7`; nil where none is known.
  var address: String? { get }
  /// Calls a method that takes one message and answers with one.
  ///
  /// - Throws: `WireStatus` as the peer answered it, `.unavailable` when the connection ends first or
  ///   takes no new calls, `.deadlineExceeded` when the time is up, `.resourceExhausted` for a message
  ///   that the peer would not take and for a peer that does not take what is sent already.
  func call(_ request: WireRequest) async throws(WireStatus) -> WireReply
  /// Calls a method whose messages come and go one by one. Dropping the stream cancels the call.
  ///
  /// - Throws: as `call`.
  func open(_ request: WireRequest) async throws(WireStatus) -> WireStream
  /// Takes no new calls of either end, lets those under way come to their end, and then ends the
  /// connection; after `patience` it ends with what is still under way.
  func drain(reason: String, patience: Duration) async
  /// Ends the connection; calls under way fail with `.unavailable`.
  func close(reason: String) async
  /// Returns when the connection has ended, with why.
  func closed() async -> String
}

extension WirePeer {
  /// Calls a method without metadata.
  ///
  /// - Parameter timeout: sent along as the time left.
  public func call(
    _ method: String, _ message: [UInt8], timeout: Duration
  ) async throws(WireStatus) -> [UInt8] {
    try await call(WireRequest(method, message, timeout: timeout)).message
  }
}

/// Serves the calls that the peer makes on a connection.
public protocol WireService: Sendable {
  /// Answers a call of one message. The task is cancelled when the peer cancels or goes, or when the
  /// time is up. It begins on the connection's loop, and must not block.
  nonisolated(nonsending) func serve(
    _ request: WireRequest, from peer: any WirePeer
  ) async throws(WireStatus) -> WireReply
  /// Whether the messages of a method come and go one by one.
  func isStreaming(_ method: String) -> Bool
  /// Serves such a method. The call ends well when this returns, with the metadata that it returns.
  func serve(
    _ stream: WireStream, from peer: any WirePeer
  ) async throws(WireStatus) -> WireMetadata
}

extension WireService {
  /// None, unless a service says so.
  public func isStreaming(_ method: String) -> Bool { false }

  public func serve(
    _ stream: WireStream, from peer: any WirePeer
  ) async throws(WireStatus) -> WireMetadata {
    throw WireStatus(.unimplemented, "\(stream.request.method) is not served here")
  }
}

/// The seam for the network: connections that are already authenticated.
///
/// The real one speaks TLS 1.3 through GnuTLS on an epoll loop; one in memory injects identities.
public protocol Network: Sendable {
  /// Connects, authenticates and returns a live connection that serves `service`.
  func dial(_ address: String, service: any WireService) async throws(RoostError) -> any WirePeer
  /// Accepts until cancelled. `accepted` runs as a child task of its own for each connection.
  func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError)
}
