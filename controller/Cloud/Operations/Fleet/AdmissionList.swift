// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
import Database
public import Store
import Synchronization
public import Wire

/// Which nodes' certificates are good no more, as the store has it, at hand for every handshake.
///
/// A certificate that the store does not know is good, for one may be made offline, unless its node was
/// ever revoked: then only those on record that were issued since are.
public final class AdmissionList: PeerAdmission {
  public let takesAnonymous: Bool
  /// Serials that are good, of nodes that were ever revoked.
  private let revoked: Mutex<[NodeID: Set<String>]>

  /// Nothing is revoked; `load` must come before the first handshake.
  ///
  /// - Parameter takesAnonymous: whether there is anything to get without a certificate.
  public init(takesAnonymous: Bool) {
    self.takesAnonymous = takesAnonymous
    revoked = Mutex([:])
  }

  /// Reads what the store says.
  public func load(from store: Store) async throws(RoostError) {
    try await store.read { [self] (tx) throws(RoostError) in
      for revocation in try tx.revocations() {
        revoke(revocation.node)
        for certificate in try tx.certificates(of: revocation.node)
        where certificate.revokedAt == nil {
          admit(certificate.serial, of: revocation.node)
        }
      }
    }
  }

  public func refusal(of peer: PeerIdentity) -> String? {
    guard let node = peer.node else { return nil }
    let isGood = revoked.withLock { revoked in
      guard let good = revoked[node] else { return true }
      return peer.serial.map(good.contains) ?? false
    }
    return isGood
      ? nil
      : "the node's certificates were revoked, certificate \(peer.serial ?? "without a serial") with "
        + "them; enrol the node anew"
  }

  // Both are called within the store's write, so that their order is that of the commits. Where a
  // commit fails the list is stricter than the store until the next start, never laxer: what it admits
  // too much was told to nobody.

  /// Refuses every certificate that the node has.
  func revoke(_ node: NodeID) { revoked.withLock { $0[node] = [] } }

  /// Takes a certificate that was just issued.
  func admit(_ serial: String, of node: NodeID) {
    revoked.withLock { _ = $0[node]?.insert(serial) }
  }
}
