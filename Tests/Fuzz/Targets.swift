// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol

@testable import Wire

/// What libFuzzer feeds: each takes any bytes, and traps if something does not hold that must.
enum FuzzTarget: String, CaseIterable {
  /// Frames come out alike however the bytes were split.
  case frames
  /// A peer that says anything gets an answer or is left, and is held to its windows.
  case peer
  /// The dialler's end of the same.
  case server
  /// A message that can be read is written and read again as it was.
  case messages

  func run(_ input: ArraySlice<UInt8>) {
    switch self {
    case .frames: Self.cut(input)
    case .peer: Self.converse(input, dialled: false)
    case .server: Self.converse(input, dialled: true)
    case .messages: Self.decode(input)
    }
  }

  private static func cut(_ input: ArraySlice<UInt8>) {
    guard let first = input.first else { return }
    let bytes = input.dropFirst()
    let split = bytes.startIndex + min(Int(first), bytes.count)
    var outcomes: [[Frame]] = []
    for pieces in [
      [bytes], [bytes[..<split], bytes[split...]], bytes.indices.map { bytes[$0...$0] },
    ] {
      var decoder = FrameDecoder(maximumPayload: 16 << 10)
      var frames: [Frame] = []
      for piece in pieces {
        decoder.feed(piece)
        while let frame = try? decoder.next() {
          var kept = frame
          kept.payload = Array(frame.payload)[...]
          frames.append(kept)
        }
      }
      outcomes.append(frames)
    }
    precondition(outcomes.allSatisfy { $0 == outcomes[0] }, "the split matters")
  }

  private static func converse(_ input: ArraySlice<UInt8>, dialled: Bool) {
    var limits = WireLimits()
    limits.connectionWindow = 64 << 10
    limits.streamWindow = 16 << 10
    limits.streams = 4
    var now = Uptime(nanoseconds: 1)
    var end = WireProtocol(dialled: dialled, software: "fuzz", limits: limits, at: now)
    end.receive(Preface(software: "fuzz", limits: limits).encoded, at: now)
    if dialled {
      for _ in 0..<3 {
        let stream = try? end.open(
          CallHead(milliseconds: 100, method: "s/M"), deadline: now + .milliseconds(100))
        if let stream { try? end.send(stream, [1, 2, 3]) }
      }
    }
    var sent: [UInt8] = []
    var rest = input
    while let size = rest.popFirst(), end.phase == .open {
      end.receive(rest.prefix(Int(size)), at: now)
      rest = rest.dropFirst(Int(size))
      for event in end.takeEvents() {
        guard case .message(let stream, let message) = event, message.count % 2 == 0 else {
          continue
        }
        end.taken(stream, message.count)
        try? end.send(stream, message)
        end.finish(stream, Ending(WireStatus(.ok, "")))
      }
      if size == 255 {
        now = now + .milliseconds(60)
        end.elapse(to: now)
      }
      end.transmit(into: &sent, upTo: 1 << 20)
      sent.removeAll(keepingCapacity: true)
      let held = end.streams.values.reduce(0) { $0 + $1.heldBytes }
      precondition(held <= limits.connectionWindow, "it holds more than the window")
      precondition(end.servingCount <= limits.streams, "it serves more than the limit")
      precondition(
        end.phase == .ended || end.receiveWindow + end.owed + held == limits.connectionWindow,
        "a byte of the window is lost")
    }
  }

  private static func decode(_ input: ArraySlice<UInt8>) {
    guard let first = input.first else { return }
    let type = everyMessage[Int(first) % everyMessage.count]
    again(type, Array(input.dropFirst()))
  }

  private static func again<M: Message>(_ type: M.Type, _ bytes: [UInt8]) {
    guard let message = try? M(decoding: bytes) else { return }
    let written = message.encoded
    let second = try? M(decoding: written)
    precondition(second == message, "\(M.self) is not read as it was written")
  }
}
