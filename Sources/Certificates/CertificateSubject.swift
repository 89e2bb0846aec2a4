// SPDX-License-Identifier: Apache-2.0

public import Base

/// Whom a certificate of the fleet's CA names. It stands in the certificate as a SAN of type URI;
/// host names in it are for people and for clients of the API.
public enum CertificateSubject: Hashable, Sendable {
  /// The controller.
  case controller
  /// The agent of one node.
  case node(NodeID)

  private static let controllerURI = "urn:roost:controller"
  private static let nodePrefix = "urn:roost:node:"

  /// The URI that stands in the certificate.
  public var uri: String {
    switch self {
    case .controller: Self.controllerURI
    case .node(let id): Self.nodePrefix + id.description
    }
  }

  /// Reads the URI; nil for any other.
  public init?(uri: String) {
    if uri == Self.controllerURI {
      self = .controller
    } else if uri.hasPrefix(Self.nodePrefix), let id = NodeID(uri.dropFirst(Self.nodePrefix.count))
    {
      self = .node(id)
    } else {
      return nil
    }
  }
}
