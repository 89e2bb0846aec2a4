// SPDX-License-Identifier: Apache-2.0

public import Base
public import NodeProtocol
public import Wire

/// What a fleet tells and asks of whoever keeps the records. The node is always the one that the
/// connection's certificate names.
public protocol FleetDelegate: Sendable {
  /// A node has connected: records what it says of itself, and answers with all that it must be
  /// told, given what it holds. Once this has returned the node counts as up.
  ///
  /// - Parameter address: the IP address that the connection comes from, where one is known.
  func register(
    _ node: NodeID, _ request: RegisterRequest, from address: String?
  ) async throws(RoostError) -> [Desired]
  /// The same for a node that says in digests what it holds and has observed, and names only what
  /// the records don't have.
  func resume(
    _ node: NodeID, _ resumption: Resumption, from address: String?
  ) async throws(RoostError) -> ResumptionOutcome
  /// Records what a node reports. Returning means that it is durable.
  func observe(_ node: NodeID, _ observations: [Observation]) async throws(RoostError)
  /// Gives a node a short-lived right to fetch an image's bytes. `.forbidden` unless the node has a
  /// server that is built from it.
  func grantImage(_ image: ImageID, to node: NodeID) async throws(RoostError) -> GrantImageReply
  /// Gives a peer without a certificate the first one of a node, for a token.
  ///
  /// - Parameter address: the IP address that the connection comes from, where one is known.
  func enrol(_ request: EnrolRequest, from address: String?) async throws(RoostError)
    -> IssuedCertificate
  /// Gives a node the certificate that is to follow the one that `peer` was known by.
  func renewCertificate(of peer: PeerIdentity, _ node: NodeID, _ request: RenewCertificateRequest)
    async throws(RoostError) -> RenewedCertificate
}
