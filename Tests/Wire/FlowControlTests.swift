// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Wire

/// Nobody can make the other end hold more than it said it would.
@Suite struct FlowControlTests {
  private var small: WireLimits {
    var limits = WireLimits()
    limits.streamWindow = 16 << 10
    limits.connectionWindow = 64 << 10
    limits.message = 128 << 10
    return limits
  }

  private func message(_ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  }

  @Test func messagesLargerThanWindowAndFrameArrive() throws {
    var pair = ProtocolPair.connected(limits: small)
    let large = message(small.message)
    let stream = try pair.call(large, by: \.dialler)
    // A message larger than the connection's window can never be held whole.
    pair.settle()
    guard case .finished(stream, let ending)? = pair.dialler.events.last else {
      Issue.record("it hangs")
      return
    }
    #expect(ending.status.code == .resourceExhausted)
    pair.settle()
    #expect(pair.dialler.rules.isAtRest && pair.acceptor.rules.isAtRest)

    let fits = message(60 << 10)
    _ = try pair.call(fits, by: \.dialler)
    pair.settle()
    #expect(pair.acceptor.events.contains(.message(stream: 3, fits)))
  }

  @Test func aReaderThatDoesNotReadHoldsBackItsStreamAlone() throws {
    var pair = ProtocolPair.connected(limits: small)
    let slow = try pair.dialler.rules.open(
      CallHead(milliseconds: 0, method: "s/M"), deadline: nil)
    for _ in 1...100 { try pair.dialler.rules.send(slow, message(1 << 10)) }
    pair.settle()
    let arrived = pair.acceptor.events.filter {
      if case .message(slow, _) = $0 { true } else { false }
    }
    #expect(arrived.count == 16, "the stream's window of 16 KiB")
    #expect(pair.dialler.rules.queued(slow) == 84 << 10)

    let quick = try pair.call([7], by: \.dialler)
    pair.settle()
    #expect(pair.acceptor.events.last == .allMessages(stream: quick))

    for _ in 1...16 { pair.acceptor.rules.taken(slow, 1 << 10) }
    pair.settle()
    #expect(pair.dialler.rules.queued(slow) == 68 << 10, "taken means that more may come")
  }

  @Test func streamsTakeTurns() throws {
    var pair = ProtocolPair.connected()
    _ = try pair.call(message(200 << 10), by: \.dialler)
    _ = try pair.call([1], by: \.dialler)
    pair.transmit(upTo: 32 << 10)
    pair.deliver(to: \.acceptor)
    #expect(
      pair.acceptor.events.contains(.message(stream: 3, [1])), "not behind 200 KiB of another")
  }

  @Test func messagesThatAreNeverWholeDoNotBlockTheOthers() throws {
    var pair = ProtocolPair.connected(limits: small)
    var unfinished: [UInt32] = []
    for _ in 1...5 {
      let stream = try pair.dialler.rules.open(
        CallHead(milliseconds: 0, method: "s/M"), deadline: nil)
      unfinished.append(stream)
      // The end of each message never leaves: as a peer would that sends without an end.
      try pair.dialler.rules.send(stream, message(100 << 10))
    }
    pair.settle()
    let given = unfinished.filter { stream in
      pair.dialler.events.contains {
        if case .finished(stream, let ending) = $0 {
          ending.status.code == .resourceExhausted
        } else {
          false
        }
      }
    }
    #expect(!given.isEmpty, "some had to go")
    #expect(pair.acceptor.rules.streams.values.reduce(0) { $0 + $1.heldBytes } <= 64 << 10)
    _ = try pair.call([1], by: \.dialler)
    pair.settle()
    #expect(
      pair.acceptor.events.contains {
        if case .message(_, [1]) = $0 { true } else { false }
      })
  }

  @Test func moreThanWasAllowedEndsTheConnection() throws {
    var limits = small
    limits.connectionWindow = 1 << 20
    var pair = ProtocolPair.connected(limits: limits)
    _ = try pair.call(by: \.dialler)
    pair.settle()
    // A liar's window is as wide as it likes.
    let stream = try pair.dialler.rules.open(
      CallHead(milliseconds: 0, method: "s/M"), deadline: nil)
    pair.dialler.rules.streams[stream]?.sendWindow = 1 << 20
    for _ in 1...17 { try pair.dialler.rules.send(stream, message(1 << 10)) }
    pair.settle()
    #expect(
      pair.acceptor.events.last
        == .ended(
          reason: "protocol violation: data exceeds the window of stream 3 by 1024 bytes"))
  }

  @Test func callsBeyondThePeersLimitAreNotMade() throws {
    var limits = small
    limits.streams = 2
    var pair = ProtocolPair.connected(limits: limits)
    let first = try pair.call(by: \.dialler)
    _ = try pair.call(by: \.dialler)
    let refused = #expect(throws: WireStatus.self) { try pair.call(by: \.dialler) }
    #expect(refused?.code == .resourceExhausted)
    pair.settle()
    pair.acceptor.rules.finish(first, Ending(WireStatus(.ok, "")))
    pair.settle()
    _ = try pair.call(by: \.dialler)
  }

  @Test func aLiarsCallsBeyondTheLimitAreResetOneByOne() throws {
    var limits = small
    limits.streams = 2
    var pair = ProtocolPair.connected(limits: limits)
    pair.dialler.rules.peer?.limits.streams = 1000
    for _ in 1...5 { _ = try pair.call([1], by: \.dialler) }
    pair.settle()
    #expect(pair.acceptor.rules.servingCount == 2)
    let refused = pair.dialler.events.filter {
      if case .finished(_, let ending) = $0 {
        ending.status.code == .resourceExhausted
      } else {
        false
      }
    }
    #expect(refused.count == 3)
    #expect(pair.acceptor.rules.phase == .open)
  }
}
