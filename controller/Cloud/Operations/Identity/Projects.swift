// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

/// A project as asked for; nil fields keep what is there.
public struct ProjectChange: Sendable {
  public var name: String?
  public var description: String?
  public var isEnabled: Bool?

  /// Nothing asked for.
  public init() {}
}

extension IdentityService {
  /// Projects by name: all for an admin.
  public func projects(_ caller: Caller) async throws(RoostError) -> [Project] {
    try requireAdmin(caller, to: "identity:list_projects")
    return try await store.read { (tx) throws(RoostError) in try tx.projects() }
  }

  /// One project: any for an admin, else the caller's own.
  public func project(_ id: ProjectID, _ caller: Caller) async throws(RoostError) -> Project {
    if id != caller.project { try requireAdmin(caller, to: "identity:get_project") }
    return try await store.read { (tx) throws(RoostError) in try Self.project(id, tx) }
  }

  /// The projects a user has a role in.
  public func projects(of user: UserID) async throws(RoostError) -> [Project] {
    try await store.read { (tx) throws(RoostError) in try tx.projects(of: user) }
  }

  /// Makes a project.
  public func createProject(_ change: ProjectChange, _ caller: Caller) async throws(RoostError)
    -> Project
  {
    try requireAdmin(caller, to: "identity:create_project")
    guard let name = change.name else {
      throw RoostError(.badRequest, "project.name: is required.", field: "project.name")
    }
    let now = clock.now
    let project = Project(
      id: .random(from: randomness), name: name, description: change.description ?? "",
      isEnabled: change.isEnabled ?? true, tokensValidFrom: now, createdAt: now)
    return try await store.write { (tx) throws(RoostError) in
      guard try tx.project(named: name) == nil else { throw RoostError.taken("project", name) }
      try tx.insert(project)
      return project
    }
  }

  /// Changes a project. Disabling one ends its tokens for good.
  public func updateProject(_ id: ProjectID, _ change: ProjectChange, _ caller: Caller)
    async throws(RoostError) -> Project
  {
    try requireAdmin(caller, to: "identity:update_project")
    let now = clock.now
    return try await store.write { (tx) throws(RoostError) in
      var project = try Self.project(id, tx)
      if let name = change.name, name != project.name {
        guard try tx.project(named: name) == nil else { throw RoostError.taken("project", name) }
        project.name = name
      }
      if let description = change.description { project.description = description }
      if let isEnabled = change.isEnabled {
        if !isEnabled { project.tokensValidFrom = project.tokensValidFrom.raised(to: now) }
        project.isEnabled = isEnabled
      }
      try tx.update(project)
      return project
    }
  }

  /// Removes a project. As in Keystone, what it owned stays, in an admin's reach.
  public func deleteProject(_ id: ProjectID, _ caller: Caller) async throws(RoostError) {
    try requireAdmin(caller, to: "identity:delete_project")
    guard id != caller.project else {
      throw RoostError(.forbidden, "The project of the token in use can't be deleted.")
    }
    try await store.write { (tx) throws(RoostError) in
      _ = try Self.project(id, tx)
      try tx.deleteProject(id)
    }
  }

  static func project(_ id: ProjectID, _ tx: Transaction) throws(RoostError) -> Project {
    guard let project = try tx.project(id) else { throw RoostError.unknown("project", id.hex) }
    return project
  }
}
