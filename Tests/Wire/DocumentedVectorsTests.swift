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

  private static func sent(_ actions: [WireProtocol.Action]) -> [UInt8] {
    actions.reduce(into: []) { bytes, action in
      if case .send(let more) = action { bytes += more }
    }
  }

  /// The page's conversation, held by two ends.
  private static func conversation() throws -> [String: [UInt8]] {
    var agent = WireProtocol(dialled: true, software: "roost-agent/0.1.0")
    var controller = WireProtocol(dialled: false, software: "roost-controller/0.1.0")
    var said: [String: [UInt8]] = ["preface": sent(agent.begin())]
    _ = controller.receive(sent(agent.begin()))
    _ = agent.receive(sent(controller.begin()))
    said["ping"] = sent(agent.ping())
    said["pong"] = sent(controller.receive(sent(agent.ping())))

    let call = agent.call("roost.node.v1.Controller/Heartbeat", [0x08, 1], milliseconds: 5000)
    let asked = sent(try #require(call).actions)
    let openBytes = Frame.headerBytes + 6 + "roost.node.v1.Controller/Heartbeat".utf8.count
    said["open"] = Array(asked.prefix(openBytes))
    said["request"] = Array(asked.dropFirst(openBytes))
    var impatient = agent
    said["cancel"] = sent(impatient.cancel(1, WireStatus(.cancelled, "the caller gave up")))
    let served = controller.receive(asked)
    #expect(
      served == [
        .serve(
          stream: 1, method: "roost.node.v1.Controller/Heartbeat", request: [0x08, 1],
          milliseconds: 5000)
      ])
    let answer = sent(controller.reply(1, [0x08, 0x98, 0x75]))
    said["reply"] = Array(answer.prefix(Frame.headerBytes + 3))
    said["ok"] = Array(answer.dropFirst(Frame.headerBytes + 3))
    #expect(agent.receive(answer) == [.complete(stream: 1, reply: [0x08, 0x98, 0x75])])

    let second = agent.call("roost.node.v1.Controller/GrantImage", [], milliseconds: 1)
    _ = controller.receive(sent(try #require(second).actions))
    said["refusal"] = sent(controller.refuse(3, WireStatus(.notFound, "no such image")))
    said["goodbye"] = sent(controller.close("this end stops"))
    return said
  }

  @Test func thePageShowsWhatIsSent() throws {
    let documented = try Self.vectors()
    let said = try Self.conversation()
    #expect(documented.keys.sorted() == said.keys.sorted())
    for (name, bytes) in said { #expect(documented[name] == bytes, "\(name)") }
  }

  @Test func thePageNamesEveryFrameAndLimit() throws {
    var kinds: Set<UInt8> = []
    for (name, bytes) in try Self.vectors() where name != "preface" {
      var decoder = FrameDecoder()
      decoder.feed(bytes)
      let frame = try #require(try decoder.next())
      kinds.insert(frame.kind.rawValue)
      #expect(try decoder.next() == nil)
    }
    #expect(kinds.sorted() == Frame.Kind.allCases.map(\.rawValue))
    #expect(Frame.maximumPayload == 256 << 10)
    #expect(WireProtocol.maximumMessage == 4 << 20)
    #expect(WireProtocol.maximumServing == 1024)
    #expect(Connection.quiet == .seconds(10))
    #expect(TLSNetwork.patience == .seconds(10))
  }
}
