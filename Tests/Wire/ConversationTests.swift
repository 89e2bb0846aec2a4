// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import Wire

/// Two ends that do anything the protocol allows, in any order, with bytes that travel in any pieces:
/// what is sent arrives once and in order or its call fails, and in the end nothing is left over.
@Suite(.serialized) struct ConversationTests {
  /// What an end knows of a call, as a user of the connection would.
  private struct Call {
    var sent: [[UInt8]] = []
    var heard: [[UInt8]] = []
    var taken = 0
    var saidAll = false
    var heardAll = false
    /// How it ended here; for the serving end, that it answered or was told to stop.
    var ending: WireStatus.Code?
  }

  private struct Talk {
    var pair: ProtocolPair
    var dice: Dice
    /// By end, dialler first, then by stream.
    var calls: [[UInt32: Call]] = [[:], [:]]
    let ends: [WritableKeyPath<ProtocolPair, ProtocolPair.End>] = [\.dialler, \.acceptor]

    func isOurs(_ stream: UInt32, _ end: Int) -> Bool { (stream % 2 == 1) == (end == 0) }

    mutating func pick(_ end: Int, where fits: (UInt32, Call) -> Bool) -> UInt32? {
      let streams = calls[end].filter { $0.value.ending == nil && fits($0.key, $0.value) }.keys
        .sorted()
      return streams.isEmpty ? nil : streams[dice.below(streams.count)]
    }

    /// One thing that can happen; `travelling`, bytes may be among them.
    mutating func step(travelling: Bool = true) throws {
      let end = dice.below(2)
      let path = ends[end]
      switch dice.below(travelling ? 12 : 10) {
      case 0, 1:
        let limit = dice.below(4) == 0 ? 5 + dice.below(40) : 0
        let head = CallHead(milliseconds: UInt32(limit), method: "s/M")
        let deadline = limit == 0 ? nil : pair.now + .milliseconds(Int64(limit))
        guard let stream = try? pair[keyPath: path].rules.open(head, deadline: deadline) else {
          return
        }
        calls[end][stream] = Call()
      case 2, 3, 4:
        guard let stream = pick(end, where: { [self] in isOurs($0, end) ? !$1.saidAll : true })
        else { return }
        let size = [0, 1, 100, 5000, 40_000][dice.below(5)]
        var message = [UInt8](repeating: UInt8(truncatingIfNeeded: dice.next()), count: size)
        for _ in 0..<min(size, 8) {
          message[dice.below(size)] = UInt8(truncatingIfNeeded: dice.next())
        }
        try pair[keyPath: path].rules.send(stream, message)
        calls[end][stream]?.sent.append(message)
      case 5:
        guard let stream = pick(end, where: { [self] in isOurs($0, end) && !$1.saidAll }) else {
          return
        }
        pair[keyPath: path].rules.endMessages(stream)
        calls[end][stream]?.saidAll = true
      case 6:
        guard let stream = pick(end, where: { [self] stream, _ in !isOurs(stream, end) }) else {
          return
        }
        let code: WireStatus.Code = dice.below(2) == 0 ? .ok : .notFound
        pair[keyPath: path].rules.finish(stream, Ending(WireStatus(code, "")))
        calls[end][stream]?.ending = code
      case 7:
        guard dice.below(3) == 0,
          let stream = pick(end, where: { [self] stream, _ in isOurs(stream, end) })
        else { return }
        pair[keyPath: path].rules.cancel(stream, WireStatus(.cancelled, ""))
      case 8:
        guard let stream = pick(end, where: { $1.taken < $1.heard.count }) else { return }
        let message = calls[end][stream]?.heard[calls[end][stream]?.taken ?? 0] ?? []
        pair[keyPath: path].rules.taken(stream, message.count)
        calls[end][stream]?.taken += 1
      case 9:
        // Little time: longer silences end the connection, which is another test's.
        pair.elapse(.milliseconds(Int64(dice.below(10))))
      default:
        pair.transmit(upTo: 1 + dice.below(60_000))
        pair.deliver(to: path, 1 + dice.below(30_000))
      }
      listen()
    }

    /// Notes what both ends were told.
    mutating func listen() {
      for end in 0...1 {
        let events = pair[keyPath: ends[end]].events
        pair[keyPath: ends[end]].events = []
        for event in events { note(event, end) }
      }
    }

    private mutating func note(_ event: WireProtocol.Event, _ end: Int) {
      switch event {
      case .opened(let stream, _):
        #expect(calls[end][stream] == nil, "opened twice")
        calls[end][stream] = Call()
      case .message(let stream, let message):
        #expect(calls[end][stream]?.heardAll == false)
        calls[end][stream]?.heard.append(message)
      case .allMessages(let stream): calls[end][stream]?.heardAll = true
      case .finished(let stream, let ending):
        #expect(calls[end][stream]?.ending == nil, "ended twice")
        calls[end][stream]?.ending = ending.status.code
      case .abandoned(let stream, let status):
        // A refusal at the opening is told to the caller alone.
        calls[end][stream]?.ending = status.code
      case .ended(let reason): Issue.record("ended: \(reason)")
      case .ready, .writable, .draining: break
      }
    }

    /// Whatever one end heard is what the other sent, from the beginning and in order.
    func expectOrder() {
      for end in 0...1 {
        for (stream, call) in calls[end] {
          let sent = calls[1 - end][stream]?.sent ?? []
          #expect(call.heard == Array(sent.prefix(call.heard.count)))
          if isOurs(stream, end), call.ending == .ok {
            #expect(call.heard == sent, "a call that ends well has all its messages")
          }
          if call.heardAll { #expect(call.heard == sent) }
        }
      }
    }

    /// Ends what is open, in a way that takes nothing by force.
    mutating func conclude() {
      for _ in 0..<1000 {
        for end in 0...1 {
          for stream in calls[end].keys.sorted() where calls[end][stream]?.ending == nil {
            while let call = calls[end][stream], call.taken < call.heard.count {
              pair[keyPath: ends[end]].rules.taken(stream, call.heard[call.taken].count)
              calls[end][stream]?.taken += 1
            }
            guard !isOurs(stream, end) else { continue }
            pair[keyPath: ends[end]].rules.finish(stream, Ending(WireStatus(.ok, "")))
          }
        }
        pair.settle()
        listen()
        if pair.dialler.rules.isAtRest, pair.acceptor.rules.isAtRest { return }
      }
      Issue.record("it does not come to rest")
    }

    /// What one end may still send, what is held, and what is owed are the window, whole.
    func expectWindows() {
      for (sender, receiver) in [(0, 1), (1, 0)] {
        let from = pair[keyPath: ends[sender]].rules
        let to = pair[keyPath: ends[receiver]].rules
        #expect(from.sendWindow == to.receiveWindow)
        #expect(to.receiveWindow + to.owed == to.limits.connectionWindow)
      }
    }
  }

  private static var limits: WireLimits {
    var limits = WireLimits()
    limits.streamWindow = 16 << 10
    limits.connectionWindow = 128 << 10
    limits.message = 64 << 10
    limits.streams = 6
    return limits
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func nothingIsLostDoubledReorderedOrLeftOver(_ seed: UInt64) throws {
    var talk = Talk(
      pair: .connected(limits: Self.limits), dice: Dice(state: seed))
    for _ in 0..<250 { try talk.step() }
    talk.expectOrder()
    talk.conclude()
    talk.expectOrder()
    talk.expectWindows()
  }

  /// Window updates are sums: they may overtake one another and whatever else is under way.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func windowUpdatesMayComeInAnyOrder(_ seed: UInt64) throws {
    var talk = Talk(pair: .connected(limits: Self.limits), dice: Dice(state: seed))
    for _ in 0..<200 {
      try talk.step(travelling: false)
      talk.pair.transmit()
      for path in talk.ends { Self.shuffleWindows(&talk.pair[keyPath: path].arriving, &talk.dice) }
      for path in talk.ends { talk.pair.deliver(to: path) }
      talk.listen()
    }
    talk.conclude()
    talk.expectOrder()
    talk.expectWindows()
  }

  private static func shuffleWindows(_ bytes: inout [UInt8], _ dice: inout Dice) {
    var decoder = FrameDecoder(maximumPayload: limits.frame)
    decoder.feed(bytes)
    var frames: [Frame] = []
    while let frame = try? decoder.next() { frames.append(frame) }
    var others = frames.filter { $0.kind != .window }
    for window in frames.filter({ $0.kind == .window }).shuffled(using: &dice) {
      // Not before what opened its stream.
      let opening = others.lastIndex { $0.kind == .open && $0.stream == window.stream } ?? -1
      others.insert(window, at: opening + 1 + dice.below(others.count - opening))
    }
    bytes = []
    for frame in others { bytes.append(frame) }
  }

  /// Bytes that mean nothing end the connection or are ignored; they never trap and hold no more
  /// than the windows.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func noiseIsSurvived(_ seed: UInt64) {
    var dice = Dice(state: seed)
    var pair = ProtocolPair.connected(limits: Self.limits)
    for _ in 0..<200 where pair.acceptor.rules.phase == .open {
      let kind = Frame.Kind.allCases[dice.below(Frame.Kind.allCases.count)]
      let payload = (0..<dice.below(40)).map { _ in UInt8(truncatingIfNeeded: dice.below(5)) }
      pair.acceptor.arriving.append(
        Frame(
          kind, flags: Frame.Flags(rawValue: UInt8(dice.below(4))),
          stream: UInt32(dice.below(8)), payload: payload[...]))
      pair.deliver(to: \.acceptor)
      pair.transmit()
      pair.dialler.arriving = []
    }
    #expect(
      pair.acceptor.rules.streams.values.reduce(0) { $0 + $1.heldBytes }
        <= Self.limits.connectionWindow)
  }
}
