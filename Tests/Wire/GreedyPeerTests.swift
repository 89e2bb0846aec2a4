// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import Log
import Synchronization
import Testing

@testable import Wire

/// Peers that keep to the form and ask for too much: each costs a bounded amount, and costs nobody else
/// anything.
@Suite(.timeLimit(.minutes(10))) final class GreedyPeerTests: Sendable {
  let fleet: TestFleet
  let node = NodeID.random(from: SystemRandomness())

  init() throws { fleet = try TestFleet() }

  private static let hello = Preface(software: "greedy/1").encoded

  private static func opening(_ stream: UInt32, _ method: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendFrame(.open, stream) {
      CallHead(milliseconds: 0, method: method).encode(into: &$0)
    }
    return bytes
  }

  @Test func callsBeyondCountAreResetAndWhoDoesNotReadThatIsLeft() async throws {
    let clock = QuickenedClock()
    try await fleet.withListener(clock: clock) { [fleet, node] loop, address in
      var opens = Self.hello
      for number in 0..<100_000 as Range<UInt32> { opens += Self.opening(number * 2 + 1, "t/Echo") }
      let greedy = try RawPeer.connect(address)
      async let heard = greedy.secured(fleet.credentials(.node(node)), say: opens)
      try await fleet.expectService(loop, address)
      clock.quicken()
      _ = try await heard
      try await fleet.expectService(loop, address)
      let ends = fleet.log.records.map(\.text).filter { $0.contains("\(node)") }
      #expect(ends.count == 1, "\(ends)")
    }
  }

  @Test func callsWithoutEndHoldNoMoreThanTheLimit() {
    var pair = ProtocolPair.connected()
    for batch in 0..<50 as Range<UInt32> {
      for number in 0..<1000 as Range<UInt32> {
        pair.acceptor.arriving += Self.opening((batch * 1000 + number) * 2 + 1, "t/Echo")
      }
      pair.deliver(to: \.acceptor)
      pair.acceptor.events = []
      pair.transmit()
      pair.dialler.arriving = []
    }
    #expect(pair.acceptor.rules.streams.count == WireLimits().streams)
    #expect(pair.acceptor.rules.servingCount == WireLimits().streams)
    #expect(pair.acceptor.rules.phase == .open)
  }

  @Test func aWindowThatNeverOpensHoldsBackItsOwnStream() async throws {
    let echo = Echo()
    try await fleet.withListener(serving: echo) { [fleet, node] loop, address in
      let deaf = try RawPeer.connect(address)
      let (speeches, speech) = AsyncStream.makeStream(of: Void.self)
      async let heard = deaf.secured(
        fleet.credentials(.node(node)), say: Self.hello + Self.opening(1, "s/Flood"),
        spoke: { speech.yield() }, listeningTo: WireLimits().streamWindow)
      var spoken = speeches.makeAsyncIterator()
      await spoken.next()
      try await fleet.expectService(loop, address)
      let frames = try await heard.frames().filter { $0.kind == .data }
      let bytes = frames.reduce(0) { $0 + $1.payload.count }
      #expect(bytes == WireLimits().streamWindow, "the window, and not a byte more")
      while echo.underWay.withLock({ $0 }) > 0 { await Task.yield() }
    }
  }
}
