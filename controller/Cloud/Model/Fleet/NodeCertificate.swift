// SPDX-License-Identifier: Apache-2.0

public import Base

/// A node's certificate that the controller has issued. Those that were made offline are not on record.
public struct NodeCertificate: Sendable, Hashable {
  /// Lower-case hexadecimal.
  public let serial: String
  public let node: NodeID
  /// SHA-256 of its public key, in lower-case hexadecimal.
  public let keyID: String
  public let begins: Timestamp
  public let expires: Timestamp
  public let issuedAt: Timestamp
  /// What it was issued for: an enrolment, or to follow another certificate, named by its serial.
  public let origin: Origin
  /// PEM: the certificate and those that lead from it towards a CA.
  public let chain: String
  /// nil while it is good.
  public var revokedAt: Timestamp?

  /// Why a certificate was issued.
  public enum Origin: Sendable, Hashable {
    case enrolment(EnrolmentID)
    case renewal(of: String)
  }

  /// A record with every field.
  public init(
    serial: String, node: NodeID, keyID: String, begins: Timestamp, expires: Timestamp,
    issuedAt: Timestamp, origin: Origin, chain: String, revokedAt: Timestamp? = nil
  ) {
    self.serial = serial
    self.node = node
    self.keyID = keyID
    self.begins = begins
    self.expires = expires
    self.issuedAt = issuedAt
    self.origin = origin
    self.chain = chain
    self.revokedAt = revokedAt
  }
}

/// An operator's word that no certificate a node had until then is good any more.
public struct NodeRevocation: Sendable, Hashable {
  public let node: NodeID
  public let at: Timestamp
  /// Who said so.
  public let author: UserID
  public let authorName: String
  public let reason: String?

  /// A record with every field.
  public init(
    node: NodeID, at: Timestamp, author: UserID, authorName: String, reason: String?
  ) {
    self.node = node
    self.at = at
    self.author = author
    self.authorName = authorName
    self.reason = reason
  }
}
