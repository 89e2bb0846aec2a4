// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Wire

/// The hexadecimal blocks of docs/wire.md are what the code sends, byte by byte, and are understood.
@Suite struct DocumentedVectorsTests {
  /// The blocks by name.
  static func vectors() throws -> [String: [UInt8]] {
    let page =
      #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
      + "/docs/wire.md"
    let bytes = try #require(try SystemDisk().read(page, limit: 1 << 20))
    var vectors: [String: [UInt8]] = [:]
    var name: String?
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("```hex ") {
        name = String(line.dropFirst(7))
      } else if line.hasPrefix("```") {
        name = nil
      } else if let name {
        let digits = line.prefix { $0 != "#" }.split(separator: " ")
        vectors[name, default: []] += try digits.map { try #require(UInt8($0, radix: 16)) }
      }
    }
    return vectors
  }

  /// What an end sends next; the other one hears it.
  private static func said(
    _ pair: inout ProtocolPair, to end: WritableKeyPath<ProtocolPair, ProtocolPair.End>
  ) -> [UInt8] {
    pair.transmit()
    let bytes = pair[keyPath: end].arriving
    pair.deliver(to: end)
    return bytes
  }

  /// The page's conversation, held by two ends.
  private static func conversation() throws -> [String: [UInt8]] {
    var pair = ProtocolPair()
    pair.dialler.rules = WireProtocol(
      dialled: true, software: "roost-agent/0.1.0", at: pair.now)
    var vectors: [String: [UInt8]] = [:]
    vectors["preface"] = said(&pair, to: \.acceptor)
    pair.settle()

    let heartbeat = CallHead(
      milliseconds: 5000, method: "roost.node.v1.Controller/Heartbeat",
      metadata: ["request-id": "req-7"])
    let first = try pair.dialler.rules.open(heartbeat, deadline: nil)
    vectors["open"] = said(&pair, to: \.acceptor)
    try pair.dialler.rules.send(first, [0x08, 1])
    pair.dialler.rules.endMessages(first)
    vectors["request"] = said(&pair, to: \.acceptor)
    try pair.acceptor.rules.send(first, [0x08, 0x98, 0x75])
    vectors["reply"] = said(&pair, to: \.dialler)
    pair.acceptor.rules.finish(first, Ending(WireStatus(.ok, "")))
    vectors["ok"] = said(&pair, to: \.dialler)

    let second = try pair.call(by: \.dialler)
    pair.settle()
    let refusal = WireStatus(
      .unavailable, "too many at once",
      details: [.init(type: "roost.node.v1.RetryInfo", message: [0x08, 0xF4, 0x03])])
    pair.acceptor.rules.finish(second, Ending(refusal))
    vectors["refusal"] = said(&pair, to: \.dialler)

    let third = try pair.dialler.rules.open(
      CallHead(milliseconds: 0, method: "s/M"), deadline: nil)
    _ = said(&pair, to: \.acceptor)
    try pair.dialler.rules.send(third, [0x08, 2])
    vectors["message"] = said(&pair, to: \.acceptor)
    pair.dialler.rules.endMessages(third)
    vectors["end"] = said(&pair, to: \.acceptor)
    pair.dialler.rules.cancel(third, WireStatus(.cancelled, "the caller gave up"))
    vectors["cancel"] = said(&pair, to: \.acceptor)

    pair.dialler.rules.allow(131_072, on: 1)
    vectors["window"] = said(&pair, to: \.acceptor)
    pair.now = pair.now + .seconds(10)
    pair.dialler.rules.elapse(to: pair.now)
    vectors["ping"] = said(&pair, to: \.acceptor)
    vectors["pong"] = said(&pair, to: \.dialler)
    pair.acceptor.rules.drain(WireStatus(.unavailable, "this end stops"))
    vectors["goodbye"] = said(&pair, to: \.dialler)
    return vectors
  }

  @Test func thePageShowsWhatIsSent() throws {
    let documented = try Self.vectors()
    let said = try Self.conversation()
    #expect(documented.keys.sorted() == said.keys.sorted())
    for (name, bytes) in said.sorted(by: { $0.key < $1.key }) {
      #expect(documented[name] == bytes, "\(name): \(bytes.map { String($0, radix: 16) })")
    }
  }

  @Test func thePageNamesEveryFrameAndLimit() throws {
    var kinds: Set<UInt8> = []
    for (name, bytes) in try Self.vectors() where name != "preface" {
      var decoder = FrameDecoder(maximumPayload: WireLimits().frame)
      decoder.feed(bytes)
      let frame = try #require(try decoder.next())
      kinds.insert(frame.kind.rawValue)
      #expect(try decoder.next() == nil)
    }
    #expect(kinds.sorted() == Frame.Kind.allCases.map(\.rawValue))
    let page = try #require(
      try SystemDisk().read(
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/wire.md",
        limit: 1 << 20))
    let lines = String(decoding: page, as: UTF8.self).split(separator: "\n")
    for limit in WireLimits.all {
      let cells =
        "| \(limit.number) | \(limit.name) | \(WireLimits()[keyPath: limit.path]) "
        + "| \(limit.range.lowerBound) to \(limit.range.upperBound) |"
      #expect(lines.contains { $0.hasPrefix(cells) }, "\(cells)")
    }
    #expect(WireProtocol.quiet == .seconds(10))
    #expect(TLSNetwork.patience == .seconds(10))
    #expect(Ending.maximumText == 4096 && Ending.maximumDetails == 8192)
  }
}
