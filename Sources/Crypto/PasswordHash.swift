// SPDX-License-Identifier: Apache-2.0

public import Base
import CSodium
public import Lanes
import Synchronization

/// Password hashes by argon2id with 19 MiB and two passes (OWASP's first choice), at most one on
/// each lane at a time, so that logging in cannot use up the machine's memory.
public final class PasswordHash: Sendable {
  /// Longest password, in bytes of UTF-8; Keystone's default.
  public static let longest = 4096
  private static let memory = 19 << 20
  private static let passes: UInt64 = 2
  private static let waitingLimit = 128
  private static let timeout = Duration.seconds(30)

  // A valid hash that belongs to no password that anyone can know: its 32 bytes are zero.
  private static let dummy = encoded(
    salt: [UInt8](repeating: 0, count: 16), hash: [UInt8](repeating: 0, count: 32))

  private let lanes: [any LaneRunning]
  private let waiting: Mutex<[Int]>

  /// Hashes on two lanes of its own, or on the given ones.
  public init(lanes: [any LaneRunning] = [Lane(name: "password-1"), Lane(name: "password-2")])
    throws(RoostError)
  {
    try Sodium.prepare()
    self.lanes = lanes
    waiting = Mutex(Array(repeating: 0, count: lanes.count))
  }

  /// The hash to store, in PHC string format; `verify` reads its parameters from it.
  ///
  /// - Throws: `badRequest` for a password over `longest`, `unavailable` while too many wait.
  public func hash(_ password: Secret<String>, randomness: any Randomness)
    async throws(RoostError) -> String
  {
    let text = try Self.bytes(password)
    let salt = randomness.bytes(Int(crypto_pwhash_argon2id_SALTBYTES))
    return try await run("hash a password") { () throws(RoostError) in
      var hash = [UInt8](repeating: 0, count: 32)
      let code = crypto_pwhash_argon2id(
        &hash, UInt64(hash.count), text, UInt64(text.count - 1), salt, Self.passes, Self.memory,
        crypto_pwhash_argon2id_ALG_ARGON2ID13)
      guard code == 0 else {
        throw RoostError(
          .unavailable, "There is not enough memory to hash a password.")
      }
      return Self.encoded(salt: salt, hash: hash)
    }
  }

  /// Whether the password is the one that was hashed, compared in constant time.
  public func verify(_ password: Secret<String>, against hash: String) async throws(RoostError)
    -> Bool
  {
    let text = try Self.bytes(password)
    return try await run("verify a password") {
      crypto_pwhash_str_verify(hash, text, UInt64(text.count - 1)) == 0
    }
  }

  /// Takes the time of `verify` and fails: for users that don't exist, lest the time tell.
  public func verifyAgainstDummy(_ password: Secret<String>) async throws(RoostError) {
    _ = try await verify(password, against: Self.dummy)
  }

  /// The password's bytes with a NUL behind them, so that an empty one lends an address too.
  private static func bytes(_ password: Secret<String>) throws(RoostError) -> [CChar] {
    let count = password.exposed.utf8.count
    guard count <= longest else {
      throw RoostError(
        .badRequest, "The password is \(count) bytes long; at most \(longest) are allowed.")
    }
    return password.exposed.utf8.map { CChar(bitPattern: $0) } + [0]
  }

  private static func encoded(salt: [UInt8], hash: [UInt8]) -> String {
    let parts = [salt, hash].map { bytes in
      Base64.standard.encode(bytes).filter { $0 != "=" }
    }
    return "$argon2id$v=19$m=\(memory >> 10),t=\(passes),p=1$\(parts[0])$\(parts[1])"
  }

  private func run<T: Sendable>(
    _ operation: String, _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    guard let slot = takeSlot() else {
      throw RoostError(.unavailable, "Too many passwords are being checked; try again.")
    }
    defer { waiting.withLock { $0[slot] -= 1 } }
    return try await lanes[slot].run(operation, timeout: Self.timeout, work)
  }

  private func takeSlot() -> Int? {
    waiting.withLock { waiting in
      guard let slot = waiting.indices.min(by: { waiting[$0] < waiting[$1] }),
        waiting.reduce(0, +) < Self.waitingLimit
      else { return nil }
      waiting[slot] += 1
      return slot
    }
  }
}
