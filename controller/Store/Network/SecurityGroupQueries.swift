// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
public import Database

extension Transaction {
  /// Security groups by project and name; with a project only its own.
  public func securityGroups(of project: ProjectID?) throws(RoostError) -> [SecurityGroup] {
    guard let project else {
      return try decoded(
        rows("SELECT * FROM security_groups ORDER BY project_id, name"),
        SecurityGroup.init(row:))
    }
    return try decoded(
      rows("SELECT * FROM security_groups WHERE project_id = ? ORDER BY name", .id(project)),
      SecurityGroup.init(row:))
  }

  /// Adds a security group unless the project has one of that name.
  public func insertIfAbsent(_ group: SecurityGroup) throws(RoostError) {
    try run(
      """
      INSERT INTO security_groups (id, project_id, name, description, created_at)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT (project_id, name) DO NOTHING
      """, .id(group.id), .id(group.project), .text(group.name), .text(group.description),
      .time(group.createdAt))
  }
}

extension SecurityGroup {
  init(row: Row) throws(RoostError) {
    self.init(
      id: try row.id("id"), project: try row.id("project_id"), name: try row.text("name"),
      description: try row.text("description"), createdAt: try row.time("created_at"))
  }
}
