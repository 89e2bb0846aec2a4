// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import Testing

@testable import Wire

/// What two ends of each version said to one another, kept as they said it: later versions have to
/// understand both. `ROOST_RECORD=1 swift test --filter RecordedConversation` adds the present one.
@Suite struct RecordedConversationTests {
  private static let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(1)
    .joined(separator: "/") + "/Recorded"

  /// A stretch of what one end said.
  private struct Speech: Equatable {
    var isDiallers: Bool
    var bytes: [UInt8]
  }

  /// Every message of the schema as a request and as its reply, and each way a call can end.
  private static func converse() throws -> [Speech] {
    let now = Uptime(nanoseconds: 1)
    var dialler = WireProtocol(dialled: true, software: "roost-agent/recorded", at: now)
    var acceptor = WireProtocol(dialled: false, software: "roost-controller/recorded", at: now)
    var speeches: [Speech] = []
    func pass() {
      for isDiallers in [true, false] {
        var bytes: [UInt8] = []
        if isDiallers {
          dialler.transmit(into: &bytes, upTo: .max)
          acceptor.receive(bytes, at: now)
        } else {
          acceptor.transmit(into: &bytes, upTo: .max)
          dialler.receive(bytes, at: now)
        }
        if !bytes.isEmpty { speeches.append(Speech(isDiallers: isDiallers, bytes: bytes)) }
      }
    }
    pass()
    for sample in Sample.all {
      let head = CallHead(
        milliseconds: 5000, method: "recorded/\(sample.message)",
        metadata: ["request-id": "req-1"])
      let stream = try dialler.open(head, deadline: nil)
      try dialler.send(stream, sample.bytes)
      dialler.endMessages(stream)
      pass()
      try acceptor.send(stream, sample.bytes)
      let status = WireStatus(.ok, "")
      acceptor.finish(stream, Ending(status, metadata: ["cost": "1"]))
      pass()
    }
    let failing = try dialler.open(CallHead(milliseconds: 0, method: "recorded/"), deadline: nil)
    pass()
    let detail = WireStatus.Detail(type: "roost.node.v1.Detail", message: [8, 1])
    acceptor.finish(failing, Ending(WireStatus(.unavailable, "not now", details: [detail])))
    pass()
    let given = try dialler.open(CallHead(milliseconds: 0, method: "recorded/"), deadline: nil)
    try dialler.send(given, [1])
    pass()
    dialler.cancel(given, WireStatus(.cancelled, "enough"))
    acceptor.drain(WireStatus(.unavailable, "this end stops"))
    pass()
    return speeches
  }

  private static func path(_ version: String) -> String { "\(folder)/\(version).txt" }

  private static func write(_ speeches: [Speech], as version: String) throws {
    var text = "# What both ends of version \(version) said: > the dialler, < the other.\n"
    for speech in speeches {
      text += speech.isDiallers ? ">" : "<"
      for byte in speech.bytes {
        text += " " + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
      }
      text += "\n"
    }
    try SystemDisk().replace(path(version), with: Array(text.utf8), mode: 0o644)
  }

  private static func read(_ file: String) throws -> [Speech] {
    let bytes = try #require(try SystemDisk().read("\(folder)/\(file)", limit: 1 << 20))
    return try String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { line in
        let words = line.split(separator: " ")
        return Speech(
          isDiallers: words.first == ">",
          bytes: try words.dropFirst().map { try #require(UInt8($0, radix: 16)) })
      }
  }

  @Test func thePresentVersionIsKept() throws {
    let version = "\(Preface.protocolVersion)-\(Release.version)"
    if RecordingSwitch.isOn { try Self.write(try Self.converse(), as: version) }
    #expect(try SystemDisk().list(Self.folder).contains("\(version).txt"))
  }

  @Test(arguments: try SystemDisk().list(folder).sorted())
  func everyVersionIsUnderstood(_ file: String) throws {
    let speeches = try Self.read(file)
    let now = Uptime(nanoseconds: 1)
    var dialler = WireProtocol(dialled: true, software: "now", at: now)
    var acceptor = WireProtocol(dialled: false, software: "now", at: now)
    var heard: [String: [[UInt8]]] = [:]
    var methods: [UInt32: String] = [:]
    var endings: [WireStatus.Code: Int] = [:]
    for speech in speeches {
      if speech.isDiallers {
        acceptor.receive(speech.bytes, at: now)
        for event in acceptor.takeEvents() {
          switch event {
          case .opened(let stream, let head): methods[stream] = head.method
          case .message(let stream, let message):
            heard[methods[stream] ?? "", default: []].append(message)
            acceptor.finish(stream, Ending(WireStatus(.ok, "")))
          case .ended(let reason): Issue.record("the acceptor: \(reason)")
          default: break
          }
        }
        try Self.repeatCalls(speech.bytes, by: &dialler)
      } else {
        dialler.receive(speech.bytes, at: now)
        for event in dialler.takeEvents() {
          switch event {
          case .message(let stream, let message):
            heard[methods[stream] ?? "", default: []].append(message)
          case .finished(_, let ending): endings[ending.status.code, default: 0] += 1
          case .ended(let reason): #expect(reason == "the peer closes: this end stops")
          default: break
          }
        }
      }
    }
    for sample in Sample.all {
      guard let messages = heard["recorded/\(sample.message)"] else { continue }
      #expect(messages.count == 2, "as a request and as a reply")
      // What this version does not know it keeps.
      for message in messages { #expect(try sample.passed(message) == message) }
    }
    #expect(endings[.ok] ?? 0 == heard.count - 1)
    #expect(endings[.unavailable] == 1 && endings[.cancelled] == 1)
    #expect(dialler.phase == .ended)
  }

  /// Has a dialler of today open and give up what a recorded one did.
  private static func repeatCalls(
    _ bytes: [UInt8], by dialler: inout WireProtocol
  ) throws {
    guard dialler.phase == .open else { return }
    var decoder = FrameDecoder(maximumPayload: WireLimits().frame)
    decoder.feed(bytes)
    while let frame = try decoder.next() {
      switch frame.kind {
      case .open:
        let head = try CallHead(frame.payload, metadataLimit: WireLimits().metadata)
        let stream = try dialler.open(head, deadline: nil)
        #expect(stream == frame.stream)
      case .reset: dialler.cancel(frame.stream, WireStatus(.cancelled, "as recorded"))
      default: break
      }
    }
  }
}
