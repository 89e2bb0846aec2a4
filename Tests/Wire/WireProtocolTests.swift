// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Wire

/// Single calls and their ends, as the two values see them.
@Suite struct WireProtocolTests {
  private let opened = WireProtocol.Event.opened(
    stream: 1, CallHead(milliseconds: 500, method: "s/M"))

  @Test func callsAndRepliesAtEverySplit() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.call([1, 2, 3], milliseconds: 500, by: \.dialler)
    pair.transmit()
    for split in 0...pair.acceptor.arriving.count {
      var copy = pair
      copy.deliver(to: \.acceptor, split)
      copy.deliver(to: \.acceptor)
      #expect(
        copy.acceptor.events == [
          opened, .message(stream: 1, [1, 2, 3]), .allMessages(stream: 1),
        ])
    }
    pair.deliver(to: \.acceptor)
    try pair.acceptor.rules.send(stream, [9])
    let ending = Ending(WireStatus(.ok, ""), metadata: ["cost": "3"])
    pair.acceptor.rules.finish(stream, ending)
    pair.transmit()
    for split in 0...pair.dialler.arriving.count {
      var copy = pair
      copy.deliver(to: \.dialler, split)
      copy.deliver(to: \.dialler)
      #expect(
        copy.dialler.events == [.message(stream: 1, [9]), .finished(stream: 1, ending)])
      #expect(copy.dialler.rules.isAtRest && copy.acceptor.rules.isAtRest)
    }
  }

  @Test func bothEndsMayCall() throws {
    var pair = ProtocolPair.connected()
    #expect(try pair.call(by: \.acceptor) == 2)
    pair.settle()
    #expect(
      pair.dialler.events == [
        .opened(stream: 2, CallHead(milliseconds: 0, method: "s/M")), .message(stream: 2, []),
        .allMessages(stream: 2),
      ])
    let status = WireStatus(
      .notFound, "none", details: [.init(type: "t.Missing", message: [8, 1])])
    pair.dialler.rules.finish(2, Ending(status))
    pair.settle()
    #expect(pair.acceptor.events == [.finished(stream: 2, Ending(status))])
  }

  @Test func messagesComeAndGoOneByOneInBothDirections() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.dialler.rules.open(
      CallHead(milliseconds: 0, method: "s/M", metadata: ["request-id": "req-1"]), deadline: nil)
    for number in 1...3 as ClosedRange<UInt8> {
      try pair.dialler.rules.send(stream, [number])
      pair.settle()
      try pair.acceptor.rules.send(stream, [number, number])
      pair.settle()
    }
    pair.dialler.rules.endMessages(stream)
    pair.settle()
    pair.acceptor.rules.finish(stream, Ending(WireStatus(.ok, "")))
    pair.settle()
    guard case .opened(1, let head)? = pair.acceptor.events.first else {
      Issue.record("not opened")
      return
    }
    #expect(head.metadata["request-id"] == "req-1")
    #expect(
      pair.acceptor.events.dropFirst() == [
        .message(stream: 1, [1]), .message(stream: 1, [2]), .message(stream: 1, [3]),
        .allMessages(stream: 1),
      ])
    #expect(
      pair.dialler.events == [
        .message(stream: 1, [1, 1]), .message(stream: 1, [2, 2]), .message(stream: 1, [3, 3]),
        .finished(stream: 1, Ending(WireStatus(.ok, ""))),
      ])
    for bytes in 1...3 { pair.acceptor.rules.taken(stream, bytes) }
    #expect(pair.dialler.rules.isAtRest && pair.acceptor.rules.isAtRest)
  }

  @Test func cancellationReachesTheServer() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.call(by: \.dialler)
    pair.settle()
    pair.acceptor.events = []
    let status = WireStatus(.cancelled, "enough")
    // The answer crosses the cancellation: neither end minds.
    pair.dialler.rules.cancel(stream, status)
    try pair.acceptor.rules.send(stream, [1])
    pair.acceptor.rules.finish(stream, Ending(WireStatus(.ok, "")))
    pair.transmit()
    pair.settle()
    #expect(pair.dialler.events == [.finished(stream: 1, Ending(status))])
    #expect(pair.acceptor.events == [])
    let second = try pair.call(by: \.dialler)
    pair.settle()
    pair.acceptor.events = []
    pair.dialler.rules.cancel(second, status)
    pair.settle()
    #expect(pair.acceptor.events == [.abandoned(stream: second, status)])
    pair.dialler.rules.cancel(second, status)
    pair.acceptor.rules.finish(second, Ending(status))
    pair.settle()
    #expect(pair.dialler.rules.isAtRest && pair.acceptor.rules.isAtRest)
  }

  @Test func deadlinesHoldAtBothEnds() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.call(milliseconds: 500, by: \.dialler)
    pair.settle()
    pair.acceptor.events = []
    #expect(pair.dialler.rules.nextAlarm == pair.now + .milliseconds(500))
    #expect(pair.acceptor.rules.nextAlarm == pair.now + .milliseconds(500))
    pair.elapse(.milliseconds(499))
    #expect(pair.dialler.events.isEmpty && pair.acceptor.events.isEmpty)
    pair.elapse(.milliseconds(1))
    let late = WireStatus(.deadlineExceeded, "the call's time is up")
    #expect(pair.dialler.events == [.finished(stream: stream, Ending(late))])
    #expect(pair.acceptor.events == [.abandoned(stream: stream, late)])
    pair.settle()
    #expect(pair.dialler.rules.isAtRest && pair.acceptor.rules.isAtRest)
  }

  @Test func aServerThatIsLateSaysSoToACallerWhoseClockIsSlow() throws {
    var pair = ProtocolPair.connected()
    let stream = try pair.call(milliseconds: 500, by: \.dialler)
    pair.settle()
    pair.acceptor.rules.elapse(to: pair.now + .milliseconds(500))
    pair.settle()
    guard case .finished(stream, let ending)? = pair.dialler.events.last else {
      Issue.record("the call goes on")
      return
    }
    #expect(ending.status.code == .deadlineExceeded)
  }

  @Test func aSilentPeerIsAskedAndThenGivenUp() {
    var pair = ProtocolPair.connected()
    pair.elapse(.seconds(10))
    pair.settle()
    #expect(pair.dialler.events.isEmpty, "both answered")
    pair.elapse(.seconds(10))
    pair.transmit()
    pair.acceptor.arriving = []
    pair.dialler.arriving = []
    pair.elapse(.seconds(19))
    #expect(pair.dialler.events.isEmpty)
    pair.elapse(.seconds(1))
    #expect(pair.dialler.events == [.ended(reason: "nothing was heard for 30.0 s")])
  }

  @Test func aMachineThatWasSuspendedAsksBeforeItGivesUp() {
    var pair = ProtocolPair.connected()
    pair.elapse(.seconds(3600))
    pair.settle()
    #expect(pair.dialler.events.isEmpty && pair.acceptor.events.isEmpty)
  }

  @Test func failsWhatIsUnderWayWhenTheConnectionEnds() throws {
    var pair = ProtocolPair.connected()
    _ = try pair.call(by: \.dialler)
    pair.settle()
    pair.acceptor.events = []
    pair.dialler.rules.lost("cable cut")
    pair.acceptor.rules.lost("cable cut")
    pair.transmit()
    let status = WireStatus(.unavailable, "the connection ended: cable cut")
    #expect(
      pair.dialler.events == [
        .finished(stream: 1, Ending(status)), .ended(reason: "cable cut"),
      ])
    #expect(
      pair.acceptor.events == [.abandoned(stream: 1, status), .ended(reason: "cable cut")])
    let refused = #expect(throws: WireStatus.self) { try pair.call(by: \.dialler) }
    #expect(refused?.code == .unavailable)
  }

  @Test func aNewerPeersMinorVersionIsServed() throws {
    var pair = ProtocolPair()
    var newer = Preface(
      version: WireVersion(major: 1, minor: 7), software: "roost-agent/9", limits: WireLimits()
    ).encoded
    // A limit that this version does not know.
    let count = Preface.magic.count + 2 + 1 + "roost-agent/9".utf8.count
    newer[count] += 1
    newer += [99, 0, 0, 0, 1]
    for split in 0...newer.count {
      var end = pair.acceptor.rules
      end.receive(newer[..<split], at: pair.now)
      #expect(end.phase == (split == newer.count ? .open : .start))
      end.receive(newer[split...], at: pair.now)
      #expect(end.takeEvents() == [.ready])
      #expect(end.peer?.version == WireVersion(major: 1, minor: 7))
    }
    pair.settle()
  }
}
