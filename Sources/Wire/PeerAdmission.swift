// SPDX-License-Identifier: Apache-2.0

/// Who may have a connection, beyond what certificates prove.
///
/// Asked on the event loop, at the end of each handshake and whenever a connection begins to speak for
/// its node. Must not block.
public protocol PeerAdmission: Sendable {
  /// Whether a peer that shows no certificate gets a connection; on it, it may call what methods leave
  /// to `.anonymous`.
  var takesAnonymous: Bool { get }
  /// Why a peer is turned away; nil for a welcome one.
  func refusal(of peer: PeerIdentity) -> String?
}

/// Every certificate of the fleet's CA is good, and nobody is welcome without.
public struct CertificatesOnly: PeerAdmission {
  public let takesAnonymous = false

  /// Turns nobody away.
  public init() {}

  public func refusal(of peer: PeerIdentity) -> String? { nil }
}
