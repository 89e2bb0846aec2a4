// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization
import Testing
import Wire

@Suite(.timeLimit(.minutes(10)))
struct LoopbackNetworkTests {
  private struct Echo: WireService {
    func serve(
      _ request: WireRequest, from peer: any WirePeer
    ) async throws(WireStatus) -> WireReply {
      guard request.method == "echo" else { throw WireStatus(.unimplemented, request.method) }
      return WireReply(request.message)
    }
  }

  /// A listener's handle on whoever dialled, and the dialler's on the listener.
  private func connected(
    _ body: @Sendable (_ near: any WirePeer, _ far: any WirePeer) async throws -> Void
  ) async throws {
    let exchange = try LoopbackNetwork.Exchange()
    let node = PeerIdentity(role: .node, node: .random(from: SystemRandomness()))
    let (arrivals, arrived) = AsyncStream.makeStream(of: (any WirePeer).self)
    let listening = Task {
      let network = LoopbackNetwork(
        exchange, as: PeerIdentity(role: .controller, node: nil), clock: SystemClock())
      try await network.listen(on: "here", service: Echo()) { peer in
        arrived.yield(peer)
        _ = await peer.closed()
      }
    }
    defer { listening.cancel() }
    let network = LoopbackNetwork(exchange, as: node, clock: SystemClock())
    while true {
      guard let near = try? await network.dial("here", service: Echo()) else {
        await Task.yield()
        continue
      }
      for await far in arrivals {
        #expect(near.identity.role == .controller && far.identity == node)
        try await body(near, far)
        return
      }
    }
  }

  @Test func bothEndsCall() async throws {
    try await connected { near, far in
      let there = try await near.call("echo", [1], timeout: .seconds(10))
      let back = try await far.call("echo", [2], timeout: .seconds(10))
      #expect(there == [1] && back == [2])
      let status = await #expect(throws: WireStatus.self) {
        _ = try await near.call("other", [], timeout: .seconds(10))
      }
      #expect(status?.code == .unimplemented)
    }
  }

  @Test func whoeverWaitsForTheEndIsNotWokenByACallsEnd() async throws {
    try await connected { near, far in
      let hasEnded = Mutex(false)
      let waiting = Task {
        let reason = await far.closed()
        hasEnded.withLock { $0 = true }
        return reason
      }
      for _ in 1...20 { _ = try await far.call("echo", [], timeout: .seconds(10)) }
      #expect(!hasEnded.withLock { $0 })
      await near.close(reason: "enough")
      #expect(await waiting.value.contains("enough"))
      let status = await #expect(throws: WireStatus.self) {
        _ = try await far.call("echo", [], timeout: .seconds(10))
      }
      #expect(status?.code == .unavailable)
    }
  }

  private struct Named: WireService {
    let name: UInt8

    func serve(
      _ request: WireRequest, from peer: any WirePeer
    ) async throws(WireStatus) -> WireReply { WireReply([name]) }
  }

  @Test func whoeverStopsListeningTakesNobodyElsesPlace() async throws {
    let exchange = try LoopbackNetwork.Exchange()
    let network = LoopbackNetwork(exchange, as: .anonymous, clock: SystemClock())
    func listen(_ name: UInt8) -> Task<Void, any Error> {
      Task {
        try await network.listen(on: "here", service: Named(name: name)) { _ = await $0.closed() }
      }
    }
    /// Who answers there; nil for nobody.
    func answer() async throws -> UInt8? {
      guard let peer = try? await network.dial("here", service: Echo()) else { return nil }
      let reply = try await peer.call("name", [], timeout: .seconds(10))
      await peer.close(reason: "enough")
      return reply.first
    }
    let first = listen(1)
    while try await answer() != 1 { await Task.yield() }
    let second = listen(2)
    defer { second.cancel() }
    while try await answer() != 2 { await Task.yield() }
    first.cancel()
    try await first.value
    #expect(try await answer() == 2)
  }
}
