// SPDX-License-Identifier: Apache-2.0

public import Base
public import CloudModel
import Database
import Store

extension Cloud {
  /// A user's key pairs by name. An administrator may name another user.
  public func keyPairs(of user: UserID?, for caller: Caller) async throws(RoostError) -> [KeyPair] {
    let user = try keyOwner(user, for: caller)
    return try await store.read { (tx) throws(RoostError) in try tx.keyPairs(of: user) }
  }

  /// One key pair.
  public func keyPair(_ name: String, of user: UserID?, for caller: Caller)
    async throws(RoostError) -> KeyPair
  {
    let user = try keyOwner(user, for: caller)
    let pair = try await store.read { (tx) throws(RoostError) in try tx.keyPair(name, of: user) }
    guard let pair else {
      throw RoostError(.notFound, "Keypair \(name) not found for user \(user.hex)")
    }
    return pair
  }

  /// Keeps a public key under a name.
  public func importKeyPair(_ name: String, publicKey: String, user: UserID?, for caller: Caller)
    async throws(RoostError) -> KeyPair
  {
    let user = try keyOwner(user, for: caller)
    let key = try PublicKey(publicKey)
    let pair = KeyPair(
      id: 0, user: user, name: name, type: "ssh", publicKey: key.text,
      fingerprint: key.fingerprint, createdAt: clock.now)
    return try await store.write { (tx) throws(RoostError) in
      guard try tx.keyPair(name, of: user) == nil else {
        throw RoostError(.conflict, "Key pair '\(name)' already exists.")
      }
      try tx.insert(pair)
      return try tx.keyPair(name, of: user) ?? pair
    }
  }

  /// Forgets a key pair; servers keep the key they were made with.
  public func deleteKeyPair(_ name: String, of user: UserID?, for caller: Caller)
    async throws(RoostError)
  {
    let user = try keyOwner(user, for: caller)
    let existed = try await store.write { (tx) throws(RoostError) in
      try tx.deleteKeyPair(name, of: user)
    }
    guard existed else {
      throw RoostError(.notFound, "Keypair \(name) not found for user \(user.hex)")
    }
  }

  private func keyOwner(_ user: UserID?, for caller: Caller) throws(RoostError) -> UserID {
    guard let user, user != caller.user else { return caller.user }
    try caller.requireAdmin(to: "see or change another user's key pairs")
    return user
  }
}
