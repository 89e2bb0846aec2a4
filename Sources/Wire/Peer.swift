// SPDX-License-Identifier: Apache-2.0

public import Base

/// One live connection to a peer. Either end may call the other. A class, so that one connection can
/// be told from the next.
public protocol WirePeer: AnyObject, Sendable {
  /// Who is at the other end.
  var identity: PeerIdentity { get }
  /// The IP address that the other end has for this one, as `192.0.2.7`; nil where none is known.
  var address: String? { get }
  /// Calls a method of the peer and waits for its reply.
  ///
  /// - Parameters:
  ///   - method: the full name, `roost.node.v1.Controller/Register`.
  ///   - request: the encoded message.
  ///   - timeout: sent along as the time left.
  /// - Throws: `WireStatus` as the peer answered it, or `.unavailable` when the connection ends
  ///   first, `.deadlineExceeded` when the time is up.
  func call(
    _ method: String, _ request: [UInt8], timeout: Duration
  ) async throws(WireStatus) -> [UInt8]
  /// Ends the connection; calls under way fail with `.unavailable`.
  func close(reason: String) async
  /// Returns when the connection has ended, with why.
  func closed() async -> String
}

/// Serves the calls that the peer makes on a connection.
public protocol WireService: Sendable {
  /// Answers one call. The task is cancelled when the peer cancels or goes.
  func serve(
    _ method: String, _ request: [UInt8], from peer: any WirePeer
  ) async throws(WireStatus) -> [UInt8]
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
