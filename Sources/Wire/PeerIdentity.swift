// SPDX-License-Identifier: Apache-2.0

public import Base

/// Who is at the other end, as its certificate says.
public struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
  /// What a certificate entitles its bearer to.
  public enum Role: String, Sendable {
    /// The controller.
    case controller
    /// A node's agent.
    case node
  }

  /// What the certificate entitles to.
  public let role: Role
  /// The node the certificate names; nil for a controller.
  public let node: NodeID?

  /// Made from a verified certificate, or injected where TLS is off.
  public init(role: Role, node: NodeID?) {
    self.role = role
    self.node = node
  }

  public var description: String { node.map { "node \($0)" } ?? "a \(role.rawValue)" }
}
