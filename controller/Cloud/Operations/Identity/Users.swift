// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Crypto
import Database
import Store

/// A user as asked for; nil fields keep what is there.
public struct UserChange: Sendable {
  /// A new value, or none at all.
  public enum Setting<Value: Sendable>: Sendable {
    case to(Value)
    case cleared
  }

  public var name: String?
  public var password: Secret<String>?
  public var email: Setting<String>?
  public var description: Setting<String>?
  public var isEnabled: Bool?
  public var defaultProject: Setting<ProjectID>?

  /// Nothing asked for.
  public init() {}
}

extension IdentityService {
  /// All users by name.
  public func users(_ caller: Caller) async throws(RoostError) -> [User] {
    try requireAdmin(caller, to: "identity:list_users")
    return try await store.read { (tx) throws(RoostError) in try tx.users() }
  }

  /// One user: any for an admin, else the caller itself.
  public func user(_ id: UserID, _ caller: Caller) async throws(RoostError) -> User {
    if id != caller.user { try requireAdmin(caller, to: "identity:get_user") }
    return try await store.read { (tx) throws(RoostError) in try Self.user(id, tx) }
  }

  /// Makes a user.
  public func createUser(_ change: UserChange, _ caller: Caller) async throws(RoostError) -> User {
    try requireAdmin(caller, to: "identity:create_user")
    guard let name = change.name else {
      throw RoostError(.badRequest, "user.name: is required.", field: "user.name")
    }
    var hash: Secret<String>?
    if let password = change.password { hash = try await self.hash(password) }
    let now = clock.now
    var user = User(
      id: .random(from: randomness), name: name, email: nil, description: nil, isEnabled: true,
      defaultProject: nil, tokensValidFrom: now, createdAt: now)
    user.take(change, at: now)
    let (made, stored) = (user, hash)
    return try await store.write { (tx) throws(RoostError) in
      guard try tx.user(named: name) == nil else { throw RoostError.taken("user", name) }
      if let project = made.defaultProject { _ = try Self.project(project, tx) }
      try tx.insert(made, passwordHash: stored)
      return made
    }
  }

  /// Changes a user. A new password and disabling end its tokens for good.
  public func updateUser(_ id: UserID, _ change: UserChange, _ caller: Caller)
    async throws(RoostError) -> User
  {
    try requireAdmin(caller, to: "identity:update_user")
    return try await apply(change, to: id)
  }

  /// Changes the caller's own password.
  ///
  /// - Throws: `.unauthorized` if `original` is not the present one.
  public func changePassword(
    of id: UserID, from original: Secret<String>, to password: Secret<String>
  ) async throws(RoostError) {
    let hash = try await store.read { (tx) throws(RoostError) in try tx.passwordHash(of: id) }
    guard let hash else {
      try await passwords.verifyAgainstDummy(original)
      throw RoostError(.unauthorized, "The original password is not right.")
    }
    guard try await passwords.verify(original, against: hash.exposed) else {
      throw RoostError(.unauthorized, "The original password is not right.")
    }
    var change = UserChange()
    change.password = password
    _ = try await apply(change, to: id)
  }

  /// Removes a user.
  public func deleteUser(_ id: UserID, _ caller: Caller) async throws(RoostError) {
    try requireAdmin(caller, to: "identity:delete_user")
    guard id != caller.user else {
      throw RoostError(.forbidden, "The user of the token in use can't be deleted.")
    }
    try await store.write { (tx) throws(RoostError) in
      _ = try Self.user(id, tx)
      try tx.deleteUser(id)
    }
  }

  private func apply(_ change: UserChange, to id: UserID) async throws(RoostError) -> User {
    var hash: Secret<String>?
    if let password = change.password { hash = try await self.hash(password) }
    let (now, stored) = (clock.now, hash)
    return try await store.write { (tx) throws(RoostError) in
      var user = try Self.user(id, tx)
      if let name = change.name, name != user.name {
        guard try tx.user(named: name) == nil else { throw RoostError.taken("user", name) }
      }
      user.take(change, at: now)
      if let project = user.defaultProject { _ = try Self.project(project, tx) }
      try tx.update(user, passwordHash: stored)
      return user
    }
  }

  static func user(_ id: UserID, _ tx: Transaction) throws(RoostError) -> User {
    guard let user = try tx.user(id) else { throw RoostError.unknown("user", id.hex) }
    return user
  }
}

extension User {
  fileprivate mutating func take(_ change: UserChange, at now: Timestamp) {
    if let name = change.name { self.name = name }
    switch change.email {
    case .to(let email): self.email = email
    case .cleared: email = nil
    case nil: break
    }
    switch change.description {
    case .to(let description): self.description = description
    case .cleared: description = nil
    case nil: break
    }
    switch change.defaultProject {
    case .to(let project): defaultProject = project
    case .cleared: defaultProject = nil
    case nil: break
    }
    if let isEnabled = change.isEnabled { self.isEnabled = isEnabled }
    if change.password != nil || change.isEnabled == false {
      tokensValidFrom = tokensValidFrom.raised(to: now)
    }
  }
}
