// SPDX-License-Identifier: Apache-2.0

public import Base

/// What a user may do within a project. `admin`, `member` and `reader` have a meaning to Roost.
public struct Role: Hashable, Sendable {
  /// Printed by Keystone as 32 hex digits.
  public let id: RoleID
  /// Unique, 1 to 255 bytes.
  public var name: String
  /// Free text.
  public var description: String?

  /// Made from a request or a row.
  public init(id: RoleID, name: String, description: String?) {
    self.id = id
    self.name = name
    self.description = description
  }
}

/// A user's role in a project.
public struct RoleAssignment: Hashable, Sendable {
  /// Whose.
  public let user: UserID
  /// Where.
  public let project: ProjectID
  /// Which.
  public let role: RoleID

  /// Names the three.
  public init(user: UserID, project: ProjectID, role: RoleID) {
    self.user = user
    self.project = project
    self.role = role
  }
}
