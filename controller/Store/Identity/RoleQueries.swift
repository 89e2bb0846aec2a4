// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// All roles by name.
  public func roles() throws(RoostError) -> [Role] {
    try rows("SELECT * FROM roles ORDER BY name").map(Role.init(row:))
  }

  /// A role by id.
  public func role(_ id: RoleID) throws(RoostError) -> Role? {
    try row("SELECT * FROM roles WHERE id = ?", .id(id)).map(Role.init(row:))
  }

  /// A role by name.
  public func role(named name: String) throws(RoostError) -> Role? {
    try row("SELECT * FROM roles WHERE name = ?", .text(name)).map(Role.init(row:))
  }

  /// A user's roles in a project by name.
  public func roles(of user: UserID, in project: ProjectID) throws(RoostError) -> [Role] {
    try rows(
      """
      SELECT roles.* FROM role_assignments JOIN roles ON roles.id = role_id
      WHERE user_id = ? AND project_id = ? ORDER BY roles.name
      """, .id(user), .id(project)
    ).map(Role.init(row:))
  }

  /// Adds a role. A known name is a `conflict`.
  public func insert(_ role: Role, at time: Timestamp) throws(RoostError) {
    try run(
      "INSERT INTO roles (id, name, description, created_at) VALUES (?, ?, ?, ?)",
      .id(role.id), .text(role.name), SQLValue(role.description), .time(time))
  }

  /// Writes what may change of a role.
  public func update(_ role: Role) throws(RoostError) {
    try run(
      "UPDATE roles SET name = ?, description = ?, generation = generation + 1 WHERE id = ?",
      .text(role.name), SQLValue(role.description), .id(role.id))
  }

  /// Removes a role with its assignments.
  public func deleteRole(_ id: RoleID) throws(RoostError) {
    try run("DELETE FROM roles WHERE id = ?", .id(id))
  }

  /// Assignments of one user, in one project, of one role; nil stands for any.
  public func roleAssignments(
    user: UserID? = nil, project: ProjectID? = nil, role: RoleID? = nil
  ) throws(RoostError) -> [RoleAssignment] {
    try rows(
      """
      SELECT * FROM role_assignments
      WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR project_id = ?2)
        AND (?3 IS NULL OR role_id = ?3)
      ORDER BY project_id, user_id, role_id
      """, .id(user), .id(project), .id(role)
    ).map { (row) throws(RoostError) in
      RoleAssignment(
        user: try row.id("user_id"), project: try row.id("project_id"),
        role: try row.id("role_id"))
    }
  }

  /// Gives a role; one already given is fine.
  public func grant(_ assignment: RoleAssignment) throws(RoostError) {
    try run(
      """
      INSERT INTO role_assignments (user_id, project_id, role_id) VALUES (?, ?, ?)
      ON CONFLICT DO NOTHING
      """, .id(assignment.user), .id(assignment.project), .id(assignment.role))
  }

  /// Takes a role away. Returns whether it was given.
  public func revoke(_ assignment: RoleAssignment) throws(RoostError) -> Bool {
    try run(
      "DELETE FROM role_assignments WHERE user_id = ? AND project_id = ? AND role_id = ?",
      .id(assignment.user), .id(assignment.project), .id(assignment.role)) > 0
  }
}

extension Role {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), name: try row.text("name"),
      description: try row.optionalText("description"))
  }
}
