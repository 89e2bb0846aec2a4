// SPDX-License-Identifier: Apache-2.0

import Base
import Certificates
import EventLoop
import Log
import Testing

@testable import Wire

/// Peers that lie, lapse or fall silent: each gets a clear answer, and everyone else is served.
@Suite(.timeLimit(.minutes(10))) final class HostilePeerTests: Sendable {
  let fleet: TestFleet

  init() throws { fleet = try TestFleet() }
  let node = NodeID.random(from: SystemRandomness())

  static let hello = Preface(software: "liar/1").encoded
  /// Opens stream 1 for `t/Echo` with a second to go.
  static let opening: [UInt8] =
    [0, 0, 0, 11, 1, 0, 0, 0, 0, 1, 0, 0, 3, 0xE8, 6] + Array("t/Echo".utf8)

  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let answer: String

    init(_ name: String, _ bytes: [UInt8], _ answer: String) {
      (testDescription, self.bytes, self.answer) = (name, bytes, answer)
    }
  }

  @Test(arguments: [
    Lie(
      "four gigabytes", hello + [0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1],
      "a frame claims 4294967295 bytes; at most 262144 are allowed"),
    Lie(
      "one byte too many", hello + [0, 4, 0, 1, 2, 0, 0, 0, 0, 1],
      "a frame claims 262145 bytes; at most 262144 are allowed"),
    Lie(
      "an open frame cut short", hello + [0, 0, 0, 3, 1, 0, 0, 0, 0, 1, 0, 0, 3],
      "an open frame is too short"),
    Lie(
      "a method longer than its frame",
      hello + [0, 0, 0, 6, 1, 0, 0, 0, 0, 1, 0, 0, 3, 0xE8, 6, 0x74],
      "an open frame is too short"),
    Lie(
      "a method that is not UTF-8",
      hello + [0, 0, 0, 6, 1, 0, 0, 0, 0, 1, 0, 0, 3, 0xE8, 1, 0xFF],
      "an open frame has a text that is not UTF-8"),
    Lie(
      "endless metadata",
      hello + [0, 0, 0x20, 0x06, 1, 0, 0, 0, 0, 1, 0, 0, 3, 0xE8, 0]
        + [UInt8](repeating: 1, count: 8193),
      "the metadata has 8193 bytes; at most 8192 are allowed"),
    Lie(
      "a metadata name in capitals",
      hello + [0, 0, 0, 9, 1, 0, 0, 0, 0, 1, 0, 0, 3, 0xE8, 0, 1, 65, 0, 0],
      "the metadata has a name that is not allowed"),
    Lie(
      "a limit beyond what is allowed",
      hello.dropLast(4) + [0xFF, 0xFF, 0xFF, 0xFF],
      "the preface's limit of metadata is 4294967295; it may be 1024 to 16384"),
    Lie(
      "more bytes than it said",
      hello + opening + [0, 0, 0, 1, 2, 1, 0, 0, 0, 1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
      "a frame claims 117901063 bytes; at most 262144 are allowed"),
    Lie(
      "a status of no bytes", hello + [0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
      "a status frame is too short"),
    Lie(
      "a status from the caller",
      hello + opening + [0, 0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0],
      "a status for stream 1 from the end that opened it"),
    Lie(
      "data behind the end",
      hello + opening + [0, 0, 0, 0, 2, 3, 0, 0, 0, 1, 0, 0, 0, 0, 2, 3, 0, 0, 0, 1],
      "data for stream 1 behind the end of its messages"),
    Lie(
      "an end inside a message",
      hello + opening + [0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 7],
      "the messages of stream 1 end inside a message"),
    Lie(
      "data for nothing", hello + [0, 0, 0, 0, 2, 1, 0, 0, 0, 9],
      "data for stream 9, which was never opened"),
    Lie(
      "a stream of this end's", hello + [0, 0, 0, 5, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0],
      "stream 2 can't be opened by that end now"),
    Lie(
      "a window without bounds",
      hello + [0, 0, 0, 4, 7, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF],
      "the window of the connection grows to 4303355903 bytes; at most 2147483647 are allowed"),
    Lie(
      "a ping of no bytes", hello + [0, 0, 0, 0, 5, 0, 0, 0, 0, 0],
      "a ping has 8 bytes on stream 0"),
    Lie(
      "another protocol", Array("GET / HTTP/1.1\r\n\r\n".utf8),
      "byte 0 of the preface is 71, not 82"),
    Lie(
      "almost this protocol", Array("ROOSTER".utf8), "byte 5 of the preface is 69, not 0"),
    Lie(
      "another version", [0x52, 0x4F, 0x4F, 0x53, 0x54, 0, 2, 0],
      "the peer speaks protocol version 2.0; this end speaks 1.0"),
  ])
  func aLieEndsTheConnectionWithItsReason(_ lie: Lie) async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let liar = try RawPeer.connect(address)
      let heard = try await liar.secured(fleet.credentials(.node(node)), say: lie.bytes)
      let last = try #require(try heard.frames().last)
      #expect(last.kind == .goAway && last.stream == 0)
      var reader = PayloadReader(last.payload.dropFirst(4), of: "a goAway frame")
      let ending = try Ending(from: &reader, metadataLimit: WireLimits().metadata)
      #expect(ending.status == WireStatus(.invalidArgument, lie.answer))
      #expect(heard.failure == nil, "ended properly")
      try await fleet.expectService(loop, address)
      #expect(fleet.log.records.contains { $0.text.contains(lie.answer) })
    }
  }

  @Test func whatIsNoTLSIsTurnedAway() async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let stranger = try RawPeer.connect(address)
      _ = try await stranger.say(Array("GET / HTTP/1.1\r\nHost: roost\r\n\r\n".utf8))
      let noise = try RawPeer.connect(address)
      _ = try await noise.say((0..<600).map { UInt8(truncatingIfNeeded: $0 &* 37) })
      let forger = try RawPeer.connect(address)
      let heard = try await forger.secured(
        fleet.credentials(.node(node)), say: Self.hello, plain: Array("not a TLS record".utf8))
      #expect(try heard.frames() == [])
      try await fleet.expectService(loop, address)
      let refused = fleet.log.records.filter { $0.text.contains("TLS handshake failed") }
      #expect(refused.count == 2)
      let ended = fleet.log.records.map(\.text).filter { $0.contains("\(node)") }
      #expect(ended.first?.contains("unexpected TLS packet") == true, "\(ended)")
    }
  }

  @Test func anExpiredCertificateIsRefused() async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let past = FrozenClock(now: SystemClock().now + .seconds(-3 * 365 * 86_400))
      let lapsed = try RawPeer.connect(address)
      let heard = try await lapsed.secured(
        fleet.credentials(.node(node), issuedAt: past), say: Self.hello)
      #expect(heard.bytes == [])
      #expect(heard.failure?.contains("the peer refused") == true, "\(heard.failure ?? "none")")
      try await fleet.expectService(loop, address)
      #expect(fleet.log.records.contains { $0.text.contains("certificate has expired") })
    }
  }

  @Test func aNodeIsWhomItsCertificateNames() async throws {
    try await fleet.withListener { [fleet, node] loop, address in
      let agent = try fleet.network(.node(node), loop)
      let peer = try await agent.dial(address, service: Echo())
      // No message carries a node's id, so there is none to lie about.
      let who = try await peer.call("t/Who", Array("another node".utf8), timeout: .seconds(30))
      #expect(String(decoding: who, as: UTF8.self) == node.description)
      await peer.close(reason: "enough")
    }
  }

  @Test func theSilentAreGivenUpAndTheOthersServed() async throws {
    let clock = QuickenedClock()
    try await fleet.withListener(clock: clock) { [fleet, node] loop, address in
      let credentials = try fleet.credentials(.node(node))
      let honest = try await fleet.network(.node(.random(from: SystemRandomness())), loop)
        .dial(address, service: Echo())
      let (speeches, speech) = AsyncStream.makeStream(of: Void.self)
      let spoke: @Sendable () -> Void = { speech.yield() }
      async let mute = RawPeer.connect(address).say([])
      async let shy = RawPeer.connect(address).secured(credentials, say: [], spoke: spoke)
      async let halfPreface = RawPeer.connect(address).secured(
        credentials, say: Array(Self.hello.prefix(7)), spoke: spoke)
      async let halfFrame = RawPeer.connect(address).secured(
        credentials, say: Self.hello + [0, 0, 0, 100, 5, 0, 0, 0, 0, 0, 1, 2, 3], spoke: spoke)
      // Handshakes take their time; only the silence behind them is shortened.
      var spoken = speeches.makeAsyncIterator()
      for _ in 0..<3 { await spoken.next() }
      clock.quicken()
      #expect(try await mute.bytes == [])
      _ = try await (shy, halfPreface)
      let asked = try await halfFrame.frames().filter { $0.kind == .ping }
      #expect(!asked.isEmpty, "asked for a sign of life first")
      let reply = try await honest.call("t/Echo", [1], timeout: .seconds(30))
      #expect(reply == [1])
      let lines = fleet.log.records.map(\.text)
      #expect(lines.filter { $0.contains("did not end within") }.count == 1)
      #expect(lines.filter { $0.contains("no preface came in time") }.count >= 2)
      #expect(lines.filter { $0.contains("nothing was heard for") }.count == 1)
      await honest.close(reason: "enough")
    }
  }
}
