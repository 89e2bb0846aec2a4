// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Synchronization
import Testing

@testable import Wire

/// Calls whose messages come and go one by one, over TLS.
@Suite(.timeLimit(.minutes(10))) final class StreamTests: Sendable {
  let fleet: TestFleet
  let node = NodeID.random(from: SystemRandomness())

  init() throws { fleet = try TestFleet() }

  /// An agent's connection to a controller that serves `echo`.
  private func connected(
    _ echo: Echo = Echo(), _ body: @Sendable (any WirePeer) async throws -> Void
  ) async throws {
    try await fleet.withListener(serving: echo) { [fleet, node] loop, address in
      let peer = try await fleet.network(.node(node), loop).dial(address, service: Echo())
      try await body(peer)
      await peer.close(reason: "enough")
    }
  }

  @Test func messagesGoBothWays() async throws {
    try await connected { peer in
      let stream = try await peer.open(WireRequest("s/Echo", timeout: .seconds(60)))
      for number in 0..<50 as Range<UInt8> {
        try await stream.send([number])
        #expect(try await stream.next() == [number])
      }
      await stream.endMessages()
      #expect(try await stream.next() == nil)
      #expect(stream.trailers["count"] == "50")
      #expect(try await stream.next() == nil, "the end stays the end")
    }
  }

  @Test func oneAsksAndManyAnswerAndTheOtherWayRound() async throws {
    try await connected { peer in
      let count = try await peer.open(WireRequest("s/Count", timeout: .seconds(60)))
      try await count.send([200])
      await count.endMessages()
      var numbers: [UInt8] = []
      while let message = try await count.next() { numbers += message }
      #expect(numbers == Array(0..<200))

      let sum = try await peer.open(WireRequest("s/Sum", timeout: .seconds(60)))
      for _ in 1...100 { try await sum.send([UInt8](repeating: 1, count: 50_000)) }
      await sum.endMessages()
      #expect(try await sum.next() == Array("5000000".utf8))
      #expect(try await sum.next() == nil)
    }
  }

  @Test func whatWasSentArrivesThoughTheConnectionIsClosedAtOnce() async throws {
    try await connected { peer in
      let stream = try await peer.open(WireRequest("s/Farewell", timeout: .seconds(60)))
      #expect(try await stream.next() == [1])
      let error = await #expect(throws: WireStatus.self) { try await stream.next() }
      #expect(error?.code == .unavailable)
    }
  }

  @Test func metadataAndDetailsArrive() async throws {
    try await connected { peer in
      let reply = try await peer.call(
        WireRequest("t/Echo", [1], metadata: ["request-id": "req-1"], timeout: .seconds(60)))
      #expect(reply == WireReply([1], metadata: ["request-id": "req-1"]))
      let status = await #expect(throws: WireStatus.self) {
        try await peer.call("t/Refuse", [], timeout: .seconds(60))
      }
      #expect(status?.details == [.init(type: "t.Detail", message: [8, 1])])
      let unknown = try await peer.open(WireRequest("s/None", timeout: .seconds(60)))
      let refusal = await #expect(throws: WireStatus.self) { try await unknown.next() }
      #expect(refusal?.code == .unimplemented)
    }
  }

  @Test func aReaderThatStopsHoldsBackTheWriterAndNobodyElse() async throws {
    let echo = Echo()
    try await connected(echo) { peer in
      let flood = try await peer.open(WireRequest("s/Flood", timeout: nil))
      _ = try await flood.next()
      for number in 0..<20 as Range<UInt8> {
        #expect(try await peer.call("t/Echo", [number], timeout: .seconds(60)) == [number])
      }
      var taken = 1
      while taken < 100, try await flood.next() != nil { taken += 1 }
      #expect(taken == 100, "it goes on as it is read")
      await flood.cancel()
      await #expect(throws: WireStatus.self) {
        while try await flood.next() != nil {}
      }
    }
  }

  @Test func aWriterThatIsNotReadIsHeldBack() async throws {
    try await connected { peer in
      let stream = try await peer.open(WireRequest("s/Ignore", timeout: .seconds(2)))
      // Ends only because the call does: its time is up while the writer waits.
      let status = await #expect(throws: WireStatus.self) {
        for _ in 1...1000 { try await stream.send([UInt8](repeating: 0, count: 100_000)) }
      }
      #expect(status?.code == .deadlineExceeded)
    }
  }

  @Test func theHandlerStopsWhenItsCallerGoes() async throws {
    let echo = Echo()
    try await connected(echo) { peer in
      do {
        let dropped = try await peer.open(WireRequest("s/Echo", timeout: nil))
        try await dropped.send([1])
        #expect(try await dropped.next() == [1])
      }
      let slow = Task { try await peer.call("t/Slow", [], timeout: .seconds(60)) }
      while echo.underWay.withLock({ $0 }) == 0 { await Task.yield() }
      slow.cancel()
      await #expect(throws: WireStatus.self) { try await slow.value }
      let late = await #expect(throws: WireStatus.self) {
        try await peer.call("t/Slow", [], timeout: .milliseconds(50))
      }
      #expect(late?.code == .deadlineExceeded)
      while echo.underWay.withLock({ $0 }) > 0 { await Task.yield() }
    }
  }

  @Test func aDrainLetsCallsUnderWayEnd() async throws {
    let echo = Echo()
    try await connected(echo) { peer in
      let stream = try await peer.open(WireRequest("s/Echo", timeout: nil))
      try await stream.send([1])
      #expect(try await stream.next() == [1])
      async let drained: Void = peer.drain(reason: "enough", patience: .seconds(60))
      // The end of the drain's beginning is that nothing new can begin.
      while true {
        guard (try? await peer.call("t/Echo", [], timeout: .seconds(60))) != nil else { break }
      }
      try await stream.send([2])
      #expect(try await stream.next() == [2])
      await stream.endMessages()
      #expect(try await stream.next() == nil)
      await drained
      #expect(await peer.closed() == "this end has drained")
    }
  }

  @Test func aDrainLosesPatience() async throws {
    try await connected { peer in
      let stream = try await peer.open(WireRequest("s/Echo", timeout: nil))
      try await stream.send([1])
      #expect(try await stream.next() == [1])
      await peer.drain(reason: "enough", patience: .milliseconds(50))
      let status = await #expect(throws: WireStatus.self) { try await stream.next() }
      #expect(status?.code == .unavailable)
    }
  }
}
