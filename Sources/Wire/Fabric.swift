// SPDX-License-Identifier: Apache-2.0

public import Base

/// Where a `PlainNetwork` gets its connections: one end's view of what joins it to others.
public protocol Fabric: Sendable {
  /// Connects to who listens at an address.
  ///
  /// - Returns: the near end of the connection, and who is at the far one.
  /// - Throws: `.unavailable` when nobody listens there or the way is cut.
  func connect(to address: String) async throws(RoostError) -> (any Transport, PeerIdentity)
  /// Listens at an address, in place of whoever did before, until the stream is dropped.
  func arrivals(at address: String) -> AsyncStream<Arrival>
}

/// Somebody who has connected.
public struct Arrival: Sendable {
  /// The near end of the connection.
  public let transport: any Transport
  /// Who is at the far end.
  public let identity: PeerIdentity
  /// Where that is, as `192.0.2.7`; nil where none is known.
  public let address: String?

  /// All of it.
  public init(_ transport: any Transport, from identity: PeerIdentity, at address: String?) {
    self.transport = transport
    self.identity = identity
    self.address = address
  }
}
