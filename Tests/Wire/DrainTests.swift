// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Wire

/// How a connection comes to its end while calls are under way.
@Suite struct DrainTests {
  @Test func whatIsUnderWayComesToItsEndAndNothingNewBegins() throws {
    var pair = ProtocolPair.connected()
    let first = try pair.call(by: \.dialler)
    let back = try pair.call(by: \.acceptor)
    pair.settle()
    pair.acceptor.rules.drain(WireStatus(.unavailable, "this end stops"))
    // This one crosses the goAway.
    let crossed = try pair.call(by: \.dialler)
    pair.dialler.events = []
    pair.settle()
    let refusal = WireStatus(.unavailable, "the peer closes: this end stops")
    #expect(
      pair.dialler.events == [
        .finished(stream: crossed, Ending(refusal)), .draining(refusal),
      ])
    #expect(
      throws: refusal, "no new ones", performing: { try pair.call(by: \.dialler) })
    #expect(throws: WireStatus.self) { try pair.call(by: \.acceptor) }

    pair.acceptor.rules.finish(first, Ending(WireStatus(.ok, "")))
    pair.settle()
    #expect(pair.acceptor.rules.phase == .open, "the other direction goes on")
    pair.dialler.rules.finish(back, Ending(WireStatus(.ok, "")))
    pair.settle()
    #expect(pair.acceptor.events.last == .ended(reason: "this end has drained"))
    #expect(pair.dialler.events.last == .ended(reason: "the peer closes: this end stops"))
    #expect(!pair.dialler.events.contains(.finished(stream: first, Ending(refusal))))
  }

  @Test func withNothingUnderWayItEndsAtOnce() {
    var pair = ProtocolPair.connected()
    pair.dialler.rules.drain(WireStatus(.unavailable, "enough"))
    pair.settle()
    #expect(pair.dialler.events == [.ended(reason: "this end has drained")])
    #expect(pair.acceptor.events.last == .ended(reason: "the peer closes: enough"))
  }

  @Test func anAbruptEndIsToldWithItsReason() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.call(by: \.dialler)
    pair.settle()
    pair.acceptor.rules.close(WireStatus(.unavailable, "overslept"))
    pair.settle()
    pair.dialler.rules.lost("the peer closed the connection")
    pair.settle()
    #expect(pair.dialler.events.last == .ended(reason: "the peer closes: overslept"))
    #expect(
      pair.dialler.events.contains(
        .finished(
          stream: stream,
          Ending(
            WireStatus(
              .unavailable, "the connection ended: the peer closes: overslept")))))
  }

  @Test func bothMayDrainAtOnce() throws {
    var pair = ProtocolPair.connected()
    let there = try pair.call(by: \.dialler)
    let back = try pair.call(by: \.acceptor)
    pair.settle()
    pair.dialler.rules.drain(WireStatus(.unavailable, "a"))
    pair.acceptor.rules.drain(WireStatus(.unavailable, "b"))
    pair.settle()
    pair.acceptor.rules.finish(there, Ending(WireStatus(.ok, "")))
    pair.dialler.rules.finish(back, Ending(WireStatus(.ok, "")))
    pair.settle()
    #expect(pair.dialler.rules.phase == .ended && pair.acceptor.rules.phase == .ended)
  }
}
