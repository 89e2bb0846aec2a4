// SPDX-License-Identifier: Apache-2.0

import Base
import Contracts
import EventLoop
import Testing

@testable import Wire

/// Pipes in memory do what sockets do, but for the reset: whoever closes takes leave properly.
@Suite(.timeLimit(.minutes(10)))
struct MemoryTransportTests {
  private func run(
    _ body: @escaping @Sendable (TransportContract) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "contract")
    defer { loop.stop() }
    try await Task(executorPreference: loop) {
      let (near, far) = MemoryTransport.pair(on: loop)
      try await body(try TransportContract(near, far, randomness: SeededRandomness()))
    }.value
  }

  @Test func bytesComeInOrderAndThenTheEnd() async throws {
    try await run { try await $0.bytesComeInOrderAndThenTheEnd() }
  }

  @Test func aFullOneTakesMoreWhenItHasBeenRead() async throws {
    try await run { try await $0.aFullOneTakesMoreWhenItHasBeenRead() }
  }

  @Test func bothEndsTalkInTurns() async throws {
    try await run { try await $0.bothEndsTalkInTurns() }
  }

  @Test func sendingToWhoHasGoneFails() async throws {
    try await run { try await $0.sendingToWhoHasGoneFails() }
  }
}
