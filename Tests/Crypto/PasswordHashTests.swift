// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto
import Lanes
import Synchronization
import Testing

@Suite struct PasswordHashTests {
  @Test func onlyTheRightPasswordVerifies() async throws {
    let passwords = try PasswordHash()
    for text in ["correct horse", "", "pässwörd", "with\u{0}nul"] {
      let hash = try await passwords.hash(Secret(text), randomness: SystemRandomness())
      #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
      #expect(try await passwords.verify(Secret(text), against: hash))
      let wrong = try await passwords.verify(Secret(text + "x"), against: hash)
      #expect(!wrong)
    }
    let first = try await passwords.hash(Secret("a"), randomness: SystemRandomness())
    let second = try await passwords.hash(Secret("a"), randomness: SystemRandomness())
    #expect(first != second)
  }

  @Test func aDamagedHashVerifiesNothing() async throws {
    let passwords = try PasswordHash(lanes: [InlineLane()])
    let hash = try await passwords.hash(Secret("a"), randomness: SystemRandomness())
    for damaged in ["", "$argon2id$", String(hash.dropLast()), hash.replacing("t=2", with: "t=3")] {
      let verified = try await passwords.verify(Secret("a"), against: damaged)
      #expect(!verified, "\(damaged)")
    }
  }

  @Test func aPasswordHasALimit() async throws {
    let passwords = try PasswordHash(lanes: [InlineLane()])
    let long = Secret(String(repeating: "x", count: 4097))
    await #expect(throws: RoostError.self) {
      try await passwords.hash(long, randomness: SystemRandomness())
    }
    await #expect(throws: RoostError.self) { try await passwords.verifyAgainstDummy(long) }
  }

  @Test func aDummyIsHashedLikeARealOne() async throws {
    let lane = CountingLane()
    let passwords = try PasswordHash(lanes: [lane])
    try await passwords.verifyAgainstDummy(Secret("a"))
    #expect(lane.calls == ["verify a password"])
  }

  @Test func noMoreWaitThanMayWait() async throws {
    let passwords = try PasswordHash()
    let hash = try await passwords.hash(Secret("a"), randomness: SystemRandomness())
    let (verified, refused) = await withTaskGroup(of: Bool?.self) { group in
      for _ in 0..<140 {
        group.addTask { try? await passwords.verify(Secret("a"), against: hash) }
      }
      return await group.reduce(into: (0, 0)) { sum, verified in
        if verified == true { sum.0 += 1 } else if verified == nil { sum.1 += 1 }
      }
    }
    #expect(verified >= 128 && verified + refused == 140)
  }
}

/// Runs at once and keeps account.
private final class CountingLane: LaneRunning {
  private let seen = Mutex<[String]>([])
  var calls: [String] { seen.withLock { $0 } }

  func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    seen.withLock { $0.append(operation) }
    return try work()
  }
}
