// SPDX-License-Identifier: Apache-2.0

public import Base

/// A user's public key.
public struct KeyPair: Sendable, Hashable {
  /// A number for old microversions, rising with creation.
  public var id: Int64
  public var user: UserID
  public var name: String
  /// `ssh` is the only kind.
  public var type: String
  /// One line of OpenSSH's format.
  public var publicKey: String
  /// MD5 of the key in colon-separated hex, as Nova shows it.
  public var fingerprint: String
  public var createdAt: Timestamp

  /// A record with every field.
  public init(
    id: Int64, user: UserID, name: String, type: String, publicKey: String, fingerprint: String,
    createdAt: Timestamp
  ) {
    self.id = id
    self.user = user
    self.name = name
    self.type = type
    self.publicKey = publicKey
    self.fingerprint = fingerprint
    self.createdAt = createdAt
  }
}
