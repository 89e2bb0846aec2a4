// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Fleet
import Log
import Store

/// How a node stands with its certificates.
public struct NodeStanding: Sendable, Hashable {
  /// The last revocation, even if the node was enrolled anew since.
  public let revocation: NodeRevocation?
  /// The newest certificate on record that is good.
  public let certificate: NodeCertificate?

  /// Whether no certificate of the node is good.
  public var isRevoked: Bool { revocation != nil && certificate == nil }
}

extension NodeAccess {
  /// Refuses every certificate that a node has, from now on, and ends its connection. Its guests go on;
  /// only an enrolment makes it welcome again.
  ///
  /// - Parameter node: need not be on record: a certificate that was made offline may never have been
  ///   used.
  public func revoke(_ node: NodeID, reason: String?, for caller: Caller) async throws(RoostError)
    -> NodeStanding
  {
    try caller.requireAdmin(to: "revoke nodes")
    let revocation = NodeRevocation(
      node: node, at: clock.now, author: caller.user, authorName: caller.userName, reason: reason)
    try await store.write { (tx) throws(RoostError) in
      try tx.revoke(revocation)
      // Whoever has the node may have its token too.
      try tx.deleteOpenEnrolments(of: node)
      admission.revoke(node)
    }
    log.warning(
      "\(caller.userName) revoked the node's certificates: \(reason ?? "no reason given")",
      [.node: node, .request: caller.requestID, .operation: "revokeNode"])
    await fleet.expel(node, reason: "the node's certificates were revoked")
    return NodeStanding(revocation: revocation, certificate: nil)
  }

  /// How nodes stand, of those of which there is anything to say.
  func standings() async throws(RoostError) -> [NodeID: NodeStanding] {
    let now = clock.now
    return try await store.read { (tx) throws(RoostError) in
      let revocations = Dictionary(grouping: try tx.revocations(), by: \.node)
      // The newest of each node comes first.
      let certificates = Dictionary(
        grouping: try tx.certificates().filter { $0.revokedAt == nil && now < $0.expires },
        by: \.node)
      var standings: [NodeID: NodeStanding] = [:]
      for node in Set(revocations.keys).union(certificates.keys) {
        standings[node] = NodeStanding(
          revocation: revocations[node]?.first, certificate: certificates[node]?.first)
      }
      return standings
    }
  }
}
