// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// A role assignment with the names of what it ties together.
public struct NamedAssignment: Sendable {
  public let user: User
  public let project: Project
  public let role: Role
}

extension IdentityService {
  /// All roles by name.
  public func roles(_ caller: Caller) async throws(RoostError) -> [Role] {
    try requireAdmin(caller, to: "identity:list_roles")
    return try await store.read { (tx) throws(RoostError) in try tx.roles() }
  }

  /// One role.
  public func role(_ id: RoleID, _ caller: Caller) async throws(RoostError) -> Role {
    try requireAdmin(caller, to: "identity:get_role")
    return try await store.read { (tx) throws(RoostError) in try Self.role(id, tx) }
  }

  /// Makes a role.
  public func createRole(name: String, description: String?, _ caller: Caller)
    async throws(RoostError) -> Role
  {
    try requireAdmin(caller, to: "identity:create_role")
    let role = Role(id: .random(from: randomness), name: name, description: description)
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      guard try tx.role(named: name) == nil else { throw RoostError.taken("role", name) }
      try tx.insert(role, at: now)
      return role
    }
  }

  /// Changes a role's name or description; nil keeps what is there.
  public func updateRole(_ id: RoleID, name: String?, description: String?, _ caller: Caller)
    async throws(RoostError) -> Role
  {
    try requireAdmin(caller, to: "identity:update_role")
    return try await store.write { (tx) throws(RoostError) in
      var role = try Self.role(id, tx)
      if let name, name != role.name {
        try Self.requireUnbound(role)
        guard try tx.role(named: name) == nil else { throw RoostError.taken("role", name) }
        role.name = name
      }
      if let description { role.description = description }
      try tx.update(role)
      return role
    }
  }

  /// Removes a role and takes it from everyone.
  public func deleteRole(_ id: RoleID, _ caller: Caller) async throws(RoostError) {
    try requireAdmin(caller, to: "identity:delete_role")
    try await store.write { (tx) throws(RoostError) in
      try Self.requireUnbound(try Self.role(id, tx))
      try tx.deleteRole(id)
    }
  }

  /// Assignments; nil stands for any. A caller without the admin role sees only its own.
  public func assignments(
    user: UserID?, project: ProjectID?, role: RoleID?, _ caller: Caller
  ) async throws(RoostError) -> [NamedAssignment] {
    if user != caller.user { try requireAdmin(caller, to: "identity:list_role_assignments") }
    return try await store.read { (tx) throws(RoostError) in
      try tx.roleAssignments(user: user, project: project, role: role).map {
        (assignment) throws(RoostError) in
        NamedAssignment(
          user: try Self.user(assignment.user, tx),
          project: try Self.project(assignment.project, tx),
          role: try Self.role(assignment.role, tx))
      }
    }
  }

  /// Gives a user a role in a project.
  public func grant(_ assignment: RoleAssignment, _ caller: Caller) async throws(RoostError) {
    try requireAdmin(caller, to: "identity:create_grant")
    try await store.write { (tx) throws(RoostError) in
      try Self.requireKnown(assignment, tx)
      try tx.grant(assignment)
    }
  }

  /// Takes a role away. The user's tokens for the project lose it at once.
  public func revoke(_ assignment: RoleAssignment, _ caller: Caller) async throws(RoostError) {
    try requireAdmin(caller, to: "identity:revoke_grant")
    try await store.write { (tx) throws(RoostError) in
      try Self.requireKnown(assignment, tx)
      guard try tx.revoke(assignment) else {
        throw RoostError.unknown("role assignment with role", assignment.role.hex)
      }
    }
  }

  static func role(_ id: RoleID, _ tx: Transaction) throws(RoostError) -> Role {
    guard let role = try tx.role(id) else { throw RoostError.unknown("role", id.hex) }
    return role
  }

  private static func requireKnown(_ assignment: RoleAssignment, _ tx: Transaction)
    throws(RoostError)
  {
    _ = try user(assignment.user, tx)
    _ = try project(assignment.project, tx)
    _ = try role(assignment.role, tx)
  }

  /// Rights hang on these names; without `admin` nobody could mend anything.
  private static func requireUnbound(_ role: Role) throws(RoostError) {
    guard !["admin", "member", "reader"].contains(role.name) else {
      throw RoostError(
        .forbidden, "The role \(role.name) has a meaning here: it can't be renamed or deleted.")
    }
  }
}
