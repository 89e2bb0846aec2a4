// SPDX-License-Identifier: Apache-2.0

public import Base
import Log
public import NodeProtocol
import Wire

/// A node's new certificate, as it is told, and when it ends.
public struct RenewedCertificate: Sendable {
  public let certificate: IssuedCertificate
  public let expires: Timestamp

  /// What a delegate has issued.
  public init(certificate: IssuedCertificate, expires: Timestamp) {
    self.certificate = certificate
    self.expires = expires
  }
}

// What a connection's certificate allows, for as long as the connection lasts.
extension Fleet {
  /// Ends a node's connection at once. Its guests go on; its lease runs out.
  public func expel(_ node: NodeID, reason: String) async {
    guard let session = sessions.removeValue(forKey: node) else { return }
    session.wake.finish()
    log.warning("the node's connection is ended: \(reason)", [.node: node])
    await session.peer.close(reason: reason)
  }

  /// Ends a connection that must not speak for its node, or no longer.
  ///
  /// A connection outlives the certificate it was made with only if that was renewed meanwhile, which
  /// proves as much as a new handshake would.
  ///
  /// - Returns: why; nil for one that may go on.
  func turnAway(_ peer: any WirePeer, from node: NodeID) async -> String? {
    guard let reason = refusal(of: peer, from: node) else { return nil }
    if sessions[node]?.peer === peer {
      await expel(node, reason: reason)
    } else {
      log.warning("closed a connection: \(reason)", [.node: node])
      await peer.close(reason: reason)
    }
    return reason
  }

  /// Why a connection must not speak for its node; nil if it may.
  func refusal(of peer: any WirePeer, from node: NodeID) -> String? {
    if let refusal = admission.refusal(of: peer.identity) { return refusal }
    guard peer.identity.expires != nil || sessions[node]?.renewedUntil != nil else { return nil }
    let session = sessions[node].flatMap { $0.peer === peer ? $0 : nil }
    guard let end = session?.renewedUntil ?? peer.identity.expires, clock.now >= end else {
      return nil
    }
    return "the certificate of this connection ended at \(end.iso8601)"
  }

  /// Notes until when a connection is good, its certificate having been renewed.
  func renewed(_ node: NodeID, peer: any WirePeer, until end: Timestamp) {
    guard let session = sessions[node], session.peer === peer else { return }
    sessions[node]?.renewedUntil = max(session.renewedUntil ?? end, end)
  }

  /// When the certificate ends that a node is connected with; nil for a node that isn't connected.
  public func certificateEnd(of node: NodeID) -> Timestamp? {
    guard let session = sessions[node] else { return nil }
    return session.renewedUntil ?? session.peer.identity.expires
  }
}
