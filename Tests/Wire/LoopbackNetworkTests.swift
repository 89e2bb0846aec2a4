// SPDX-License-Identifier: Apache-2.0

import Base
import Testing
import Wire

@Suite struct LoopbackNetworkTests {
  private let node = PeerIdentity(
    role: .node, node: NodeID.random(from: SystemRandomness()))

  /// Runs `body` with both ends of one connection.
  private func withPair(
    _ body: @Sendable (_ near: any WirePeer, _ far: any WirePeer) async throws -> Void
  ) async throws {
    let exchange = LoopbackNetwork.Exchange()
    let clock = SystemClock()
    let controller = LoopbackNetwork(
      exchange, as: PeerIdentity(role: .controller, node: nil), clock: clock)
    let agent = LoopbackNetwork(exchange, as: node, clock: clock)
    let (arrivals, arrive) = AsyncStream.makeStream(of: (any WirePeer).self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await controller.listen(on: "c:1", service: Echo()) { peer in
          arrive.yield(peer)
          _ = await peer.closed()
        }
      }
      var near: (any WirePeer)?
      while near == nil {
        near = try? await agent.dial("c:1", service: Echo())
        await Task.yield()
      }
      var iterator = arrivals.makeAsyncIterator()
      let far = try #require(await iterator.next())
      try await body(try #require(near), far)
      group.cancelAll()
    }
  }

  @Test func bothEndsCallAndKnowEachOther() async throws {
    try await withPair { near, far in
      #expect(near.identity.role == .controller)
      #expect(far.identity == node)
      let there = try await near.call("t/Echo", [1], timeout: .seconds(60))
      #expect(there == [1])
      let back = try await far.call("t/Echo", [2], timeout: .seconds(60))
      #expect(back == [2])
    }
  }

  @Test func aCallThatEndsDoesNotEndTheConnectionForThoseWhoWait() async throws {
    try await withPair { near, far in
      async let nearEnd = near.closed()
      async let farEnd = far.closed()
      for _ in 0..<50 { _ = try await near.call("t/Echo", [1], timeout: .seconds(60)) }
      await near.close(reason: "enough")
      #expect(await nearEnd == "enough")
      #expect(await farEnd == "the peer closes: enough")
      await #expect(throws: WireStatus.self) {
        try await far.call("t/Echo", [], timeout: .seconds(60))
      }
    }
  }
}
