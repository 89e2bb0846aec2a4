// SPDX-License-Identifier: Apache-2.0

public import Base
import CloudModel
public import Crypto
import Database
public import Store

/// Users, projects, roles and tokens: what Keystone calls identity.
public struct IdentityService: Sendable {
  /// What operators may choose.
  public struct Settings: Sendable {
    /// How long a token is good for.
    public var tokenLifetime: Duration

    /// Keystone's default is an hour.
    public init(tokenLifetime: Duration = .seconds(3600)) {
      self.tokenLifetime = tokenLifetime
    }
  }

  let store: Store
  let clock: any Clock
  let randomness: any Randomness
  let passwords: PasswordHash
  let seal: SealedBox
  let settings: Settings

  /// - Parameter seal: holds the key that tokens are sealed with; a new key ends all tokens.
  public init(
    store: Store, clock: any Clock, randomness: any Randomness, passwords: PasswordHash,
    seal: SealedBox, settings: Settings = Settings()
  ) {
    self.store = store
    self.clock = clock
    self.randomness = randomness
    self.passwords = passwords
    self.seal = seal
    self.settings = settings
  }

  /// Hashes a new password.
  ///
  /// - Throws: `badRequest` for an empty one or one that is too long.
  func hash(_ password: Secret<String>) async throws(RoostError) -> Secret<String> {
    guard !password.exposed.isEmpty else {
      throw RoostError(.badRequest, "The password must not be empty.", field: "password")
    }
    return Secret(try await passwords.hash(password, randomness: randomness))
  }
}

/// Requires the admin role.
func requireAdmin(_ caller: Caller, to action: String) throws(RoostError) {
  guard caller.isAdmin else {
    throw RoostError(
      .forbidden,
      "You are not authorized to perform the requested action: \(action) needs the admin role.")
  }
}

extension RoostError {
  /// Keystone's words for an id it doesn't know.
  static func unknown(_ thing: String, _ id: String) -> RoostError {
    RoostError(.notFound, "Could not find \(thing): \(id).")
  }

  /// A name that is taken.
  static func taken(_ thing: String, _ name: String) -> RoostError {
    RoostError(
      .conflict,
      "Conflict occurred attempting to store \(thing): it is not possible to have two "
        + "with the name \(name).")
  }
}
