// SPDX-License-Identifier: Apache-2.0

public import Base
import Certificates

/// Who is at the other end, as its certificate says.
public struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
  /// What a peer may call goes by this; see `RemoteMethod.callers`.
  public enum Role: String, Sendable, CaseIterable {
    /// The controller.
    case controller
    /// A node's agent.
    case node
    /// Somebody who showed no certificate.
    case anonymous
  }

  /// What the certificate entitles to.
  public let role: Role
  /// The node the certificate names; nil for others.
  public let node: NodeID?
  /// The certificate's serial number in lower-case hexadecimal; nil without a certificate.
  public let serial: String?
  /// When the certificate ends; nil without one.
  public let expires: Timestamp?

  /// A peer that showed no certificate.
  public static let anonymous = PeerIdentity(role: .anonymous, node: nil)

  /// Made from a verified certificate, or injected where TLS is off.
  public init(role: Role, node: NodeID?, serial: String? = nil, expires: Timestamp? = nil) {
    self.role = role
    self.node = node
    self.serial = serial
    self.expires = expires
  }

  /// Whom a verified certificate names; nil for one of the fleet's CA that names nobody.
  init?(_ certificate: Certificate) {
    let (serial, expires) = (certificate.serial, certificate.expires)
    switch certificate.subject {
    case .controller:
      self.init(role: .controller, node: nil, serial: serial, expires: expires)
    case .node(let id): self.init(role: .node, node: id, serial: serial, expires: expires)
    case nil: return nil
    }
  }

  public var description: String {
    switch role {
    case .controller: "a controller"
    case .node: node.map { "node \($0)" } ?? "a node"
    case .anonymous: "a peer without a certificate"
    }
  }
}
