// SPDX-License-Identifier: Apache-2.0

public import Base

/// A project: who owns things (older APIs say tenant). All are in the one domain `default`.
public struct Project: Hashable, Sendable {
  /// Printed by Keystone as 32 hex digits.
  public let id: ProjectID
  /// Unique, 1 to 64 bytes.
  public var name: String
  /// Free text.
  public var description: String
  /// A disabled project's tokens are refused.
  public var isEnabled: Bool
  /// Tokens issued before this are refused.
  public var tokensValidFrom: Timestamp
  /// When it was made.
  public let createdAt: Timestamp

  /// Made from a request or a row.
  public init(
    id: ProjectID, name: String, description: String, isEnabled: Bool, tokensValidFrom: Timestamp,
    createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.isEnabled = isEnabled
    self.tokensValidFrom = tokensValidFrom
    self.createdAt = createdAt
  }
}
