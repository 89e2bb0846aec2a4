// SPDX-License-Identifier: Apache-2.0

public import Base

/// Someone who can have tokens. All are in the one domain `default`.
public struct User: Hashable, Sendable {
  /// Printed by Keystone as 32 hex digits.
  public let id: UserID
  /// Unique, 1 to 255 bytes.
  public var name: String
  /// Where to write to.
  public var email: String?
  /// Free text.
  public var description: String?
  /// A disabled user's tokens are refused, and new ones too.
  public var isEnabled: Bool
  /// The scope of a token whose request names none.
  public var defaultProject: ProjectID?
  /// Tokens issued before this are refused: raised by a new password and by disabling.
  public var tokensValidFrom: Timestamp
  /// When it was made.
  public let createdAt: Timestamp

  /// Made from a request or a row.
  public init(
    id: UserID, name: String, email: String?, description: String?, isEnabled: Bool,
    defaultProject: ProjectID?, tokensValidFrom: Timestamp, createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.description = description
    self.isEnabled = isEnabled
    self.defaultProject = defaultProject
    self.tokensValidFrom = tokensValidFrom
    self.createdAt = createdAt
  }
}
