// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// All projects by name.
  public func projects() throws(RoostError) -> [Project] {
    try rows("SELECT * FROM projects ORDER BY name").map(Project.init(row:))
  }

  /// A project by id.
  public func project(_ id: ProjectID) throws(RoostError) -> Project? {
    try row("SELECT * FROM projects WHERE id = ?", .id(id)).map(Project.init(row:))
  }

  /// A project by name.
  public func project(named name: String) throws(RoostError) -> Project? {
    try row("SELECT * FROM projects WHERE name = ?", .text(name)).map(Project.init(row:))
  }

  /// Projects in which a user has a role, by name.
  public func projects(of user: UserID) throws(RoostError) -> [Project] {
    try rows(
      """
      SELECT * FROM projects
      WHERE id IN (SELECT project_id FROM role_assignments WHERE user_id = ?) ORDER BY name
      """, .id(user)
    ).map(Project.init(row:))
  }

  /// Adds a project. A known name is a `conflict`.
  public func insert(_ project: Project) throws(RoostError) {
    try run(
      """
      INSERT INTO projects (id, name, description, is_enabled, tokens_valid_from, created_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, .id(project.id), .text(project.name), .text(project.description),
      .bool(project.isEnabled), .time(project.tokensValidFrom), .time(project.createdAt))
  }

  /// Writes what may change of a project.
  public func update(_ project: Project) throws(RoostError) {
    try run(
      """
      UPDATE projects SET name = ?, description = ?, is_enabled = ?, tokens_valid_from = ?,
        generation = generation + 1 WHERE id = ?
      """, .text(project.name), .text(project.description), .bool(project.isEnabled),
      .time(project.tokensValidFrom), .id(project.id))
  }

  /// Removes a project with its role assignments.
  public func deleteProject(_ id: ProjectID) throws(RoostError) {
    try run("DELETE FROM projects WHERE id = ?", .id(id))
  }
}

extension Project {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), name: try row.text("name"), description: try row.text("description"),
      isEnabled: try row.bool("is_enabled"), tokensValidFrom: try row.time("tokens_valid_from"),
      createdAt: try row.time("created_at"))
  }
}
