// SPDX-License-Identifier: Apache-2.0

import Base

/// One connection's protocol as a value: bytes and wishes go in, events and bytes come out. It has no
/// socket and no clock. The rules are docs/wire.md's.
///
/// ```
///   start ──the peer's preface──► open ──goAway──► draining ──the last stream ends──► ended
///                                   └──violation, silence, the transport ends────────────▲
///
///   a call of ours:      open, data…, end of messages ─► finished by the peer's status
///   a call of the peer:  opened, messages… ─► served ─► our data…, our status
///   Either end may reset a stream at any time. Frames for a stream that is over are ignored, for
///   they may have crossed its end.
/// ```
///
/// The dialling end opens odd streams, the accepting end even ones, each counting up.
struct WireProtocol {
  /// What has happened, for the shell to carry on.
  enum Event: Hashable {
    /// The peer's preface has come: calls can be made.
    case ready
    /// The peer calls. It is served until `finish`, or until it is `abandoned`.
    case opened(stream: UInt32, CallHead)
    /// A whole message of a call. It counts against the windows until it is `taken` or the call ends.
    case message(stream: UInt32, [UInt8])
    /// The peer, whose call it is, has sent its last message.
    case allMessages(stream: UInt32)
    /// A call of ours is over.
    case finished(stream: UInt32, Ending)
    /// The peer's call is over before it was answered: stop working on it.
    case abandoned(stream: UInt32, WireStatus)
    /// What was to be sent on the stream is sent, or nearly.
    case writable(stream: UInt32)
    /// The peer takes no new calls.
    case draining(WireStatus)
    /// The connection is over. Everything that was under way has had its event before this one.
    case ended(reason: String)
  }

  enum Phase { case start, open, ended }

  /// Silence for this long is broken by a ping; twice as much again ends the connection.
  static let quiet = Duration.seconds(10)
  /// Data goes out in pieces of at most this, so that streams take turns. One TLS record holds it.
  static let piece = 16 << 10
  /// A stream with less than this to send can be given more.
  static let lowWater = 64 << 10

  let dialled: Bool
  let limits: WireLimits
  let software: String
  /// Who the peer is, from its preface on.
  var peer: Preface?

  var phase = Phase.start
  var decoder: FrameDecoder
  var events: [Event] = []
  var streams = StreamTable<StreamState>()
  var nextStream: UInt32
  var highestIncoming: UInt32 = 0
  /// Calls of the peer that are not over.
  var servingCount = 0

  /// Frames that go ahead of data.
  var control: [UInt8] = []
  /// Streams with something to send, in turn.
  var turns: [UInt32] = []
  var sendWindow = 0
  /// Data that waits in the outboxes, in bytes.
  var queuedBytes = 0

  var receiveWindow: Int
  /// Bytes that have left this end and that the peer has not been allowed again yet.
  var owed = 0
  /// Bytes of whole messages that nobody has taken yet.
  var waitingBytes = 0

  /// Streams above this are not served any more.
  var lastServed: UInt32?
  /// Why the peer closes, in its words.
  var farewell: String?
  /// Why no new calls are made.
  var refusal: WireStatus?
  var earliestDeadline: Uptime?
  var lastHeard: Uptime
  /// When the peer was asked for a sign of life that has not come yet.
  var askedForLife: Uptime?
  /// How long a silence may be, in nanoseconds.
  private let quiet: UInt64?

  /// - Parameter quiet: how long a silence may be; nil where a peer can't vanish unnoticed.
  init(
    dialled: Bool, software: String, limits: WireLimits = WireLimits(),
    quiet: Duration? = WireProtocol.quiet, at now: Uptime
  ) {
    self.dialled = dialled
    self.software = software
    self.limits = limits
    decoder = FrameDecoder(maximumPayload: limits.frame)
    nextStream = dialled ? 1 : 2
    receiveWindow = limits.connectionWindow
    lastHeard = now
    self.quiet = quiet.map { UInt64(clamping: $0.microseconds) * 1000 }
    control = Preface(software: software, limits: limits).encoded
  }

  /// Takes the events so far.
  mutating func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  /// The same into an array that is empty but has room.
  mutating func takeEvents(into taken: inout [Event]) { swap(&events, &taken) }

  // MARK: Calls of ours

  /// Calls the peer: `send` and `endMessages` follow, or a whole request at once.
  ///
  /// - Throws: why no call can be made now.
  mutating func open(_ head: CallHead, deadline: Uptime?) throws(WireStatus) -> UInt32 {
    guard phase == .open, let peer else {
      throw WireStatus(.unavailable, "there is no connection")
    }
    if let refusal { throw refusal }
    guard nextStream < UInt32.max - 1 else {
      throw WireStatus(.unavailable, "the connection's streams are used up")
    }
    guard streams.count - servingCount < peer.limits.streams else {
      throw WireStatus(
        .resourceExhausted, "\(peer.limits.streams) calls to the peer are under way already")
    }
    guard head.metadata.encodedBytes <= peer.limits.metadata else {
      throw WireStatus(
        .resourceExhausted,
        "the metadata has \(head.metadata.encodedBytes) bytes; the peer takes "
          + "\(peer.limits.metadata)")
    }
    let stream = nextStream
    nextStream += 2
    streams[stream] = StreamState(
      isOurs: true, deadline: deadline, sends: peer.limits.streamWindow,
      receives: limits.streamWindow)
    note(deadline)
    control.appendFrame(.open, stream) { head.encode(into: &$0) }
    return stream
  }

  /// Gives up a call of ours: late, or its caller has gone.
  mutating func cancel(_ stream: UInt32, _ status: WireStatus) {
    guard isOurs(stream) == true else { return }
    reset(stream, status)
    events.append(.finished(stream: stream, Ending(status)))
  }

  // MARK: Messages, both ways

  /// Sends a message on a call of either end. One for a call that is over goes nowhere.
  ///
  /// - Throws: `.resourceExhausted` for a message that the peer would not take.
  mutating func send(_ stream: UInt32, _ message: [UInt8]) throws(WireStatus) {
    guard let peer else { return }
    guard message.count <= peer.limits.message else {
      throw WireStatus(
        .resourceExhausted,
        "the message has \(message.count) bytes; the peer takes at most \(peer.limits.message)")
    }
    guard streams.change(stream, { $0.outbox.add(message) }) != nil else { return }
    queuedBytes += message.count
    takeTurn(stream)
  }

  /// Says that a call of ours has no more messages.
  mutating func endMessages(_ stream: UInt32) {
    guard isOurs(stream) == true else { return }
    streams.change(stream) { $0.outbox.end() }
    takeTurn(stream)
  }

  /// Whoever a message was for has it: the peer may send as much again.
  mutating func taken(_ stream: UInt32, _ bytes: Int) {
    let isTaken = streams.change(stream) { state in
      guard state.ending == nil else { return false }
      state.waiting -= bytes
      return true
    }
    guard isTaken == true else { return }
    waitingBytes -= bytes
    owed += bytes
    grant(stream)
    grantConnection()
  }

  /// Allows the peer again what has been taken of a stream.
  mutating func grant(_ stream: UInt32) {
    let window = limits.streamWindow
    guard let more = streams.change(stream, { $0.grant(window: window) }) ?? nil else { return }
    allow(more, on: stream)
  }

  /// How many bytes wait to be sent on a stream; 0 when it is over.
  func queued(_ stream: UInt32) -> Int { streams.read(stream) { $0.outbox.bytes } ?? 0 }

  /// Whether this end opened a stream; nil for one that is over.
  func isOurs(_ stream: UInt32) -> Bool? {
    streams.contains(stream) ? (stream % 2 == 1) == dialled : nil
  }

  // MARK: Calls of the peer

  /// Ends a call of the peer, behind what is still to be sent on it.
  mutating func finish(_ stream: UInt32, _ ending: Ending) {
    guard let (waiting, held) = streams.change(stream, { $0.finish(ending) }) ?? nil else { return }
    // Nobody takes any more what came, and what is still to come: it must not hold the window shut,
    // for the ending may have to wait for the peer's.
    waitingBytes -= waiting
    owed += held
    grantConnection()
    takeTurn(stream)
  }

  // MARK: The connection

  /// Takes no new calls of the peer, and ends when those under way are over.
  mutating func drain(_ status: WireStatus) {
    guard phase != .ended, lastServed == nil else { return }
    lastServed = highestIncoming
    sendGoAway(highestIncoming, status)
    refusal = refusal ?? status
    endWhenDrained()
  }

  /// Says goodbye and ends.
  mutating func close(_ status: WireStatus) {
    guard phase != .ended else { return }
    sendGoAway(highestIncoming, status)
    end(status.message)
  }

  /// The transport has ended by itself.
  mutating func lost(_ reason: String) {
    if phase != .ended { end(farewell.map { "the peer closes: \($0)" } ?? reason) }
  }

  /// When `elapse` is to be called at the latest.
  var nextAlarm: Uptime? {
    let life = quiet.map { quiet in
      askedForLife.map { $0.later(nanoseconds: 2 * quiet) } ?? lastHeard.later(nanoseconds: quiet)
    }
    guard let life, let earliestDeadline else { return life ?? earliestDeadline }
    return min(life, earliestDeadline)
  }

  /// Time has passed: gives up what is late, and a peer that is silent.
  mutating func elapse(to now: Uptime) {
    guard phase != .ended else { return }
    if let earliest = earliestDeadline, earliest <= now { expire(now) }
    guard phase != .ended, let quiet else { return }
    // From when it was asked: this machine may have been suspended meanwhile.
    if let asked = askedForLife {
      guard now >= asked.later(nanoseconds: 2 * quiet) else { return }
      end("nothing was heard for \((now - lastHeard).inSeconds) s")
    } else if now >= lastHeard.later(nanoseconds: quiet) {
      askedForLife = now
      control.append(Frame(.ping, stream: 0, payload: Self.pingBytes))
    }
  }

  private static let pingBytes = [UInt8](repeating: 0, count: 8)[...]

  private mutating func expire(_ now: Uptime) {
    let late = streams.keys.filter { stream in
      (streams.read(stream) { $0.deadline.map { $0 <= now } } ?? nil) ?? false
    }
    let status = WireStatus(.deadlineExceeded, "the call's time is up")
    for stream in late {
      if isOurs(stream) == true {
        cancel(stream, status)
      } else {
        remove(stream)
        sendEnding(.status, stream, Ending(status))
        events.append(.abandoned(stream: stream, status))
      }
    }
    earliestDeadline = streams.values.compactMap(\.deadline).min()
    endWhenDrained()
  }

  mutating func note(_ deadline: Uptime?) {
    guard let deadline else { return }
    earliestDeadline = min(earliestDeadline ?? deadline, deadline)
  }

  /// Ends everything; each call learns of it.
  mutating func end(_ reason: String) {
    phase = .ended
    let status = WireStatus(.unavailable, "the connection ended: \(reason)")
    for stream in streams.keys {
      events.append(
        isOurs(stream) == true
          ? .finished(stream: stream, Ending(status)) : .abandoned(stream: stream, status))
    }
    streams = StreamTable()
    turns = []
    queuedBytes = 0
    earliestDeadline = nil
    events.append(.ended(reason: reason))
  }

  /// Behind a goAway of either end, the last stream's end is the connection's.
  mutating func endWhenDrained() {
    guard phase == .open, streams.isEmpty, lastServed != nil || farewell != nil else { return }
    end(farewell.map { "the peer closes: \($0)" } ?? "this end has drained")
  }

  /// Forgets a stream and gives back what it held.
  mutating func remove(_ stream: UInt32) {
    guard let state = streams.removeValue(forKey: stream) else { return }
    if !state.isOurs { servingCount -= 1 }
    queuedBytes -= state.outbox.bytes
    waitingBytes -= state.waiting
    owed += state.heldBytes
    grantConnection()
    if streams.isEmpty { earliestDeadline = nil }
  }

  /// Ends a stream at once, with a word to the peer.
  mutating func reset(_ stream: UInt32, _ status: WireStatus) {
    remove(stream)
    sendEnding(.reset, stream, Ending(status))
    endWhenDrained()
  }
}

extension Uptime {
  /// Time in the unit it is kept in: a Duration is divided on its way there, which every message would
  /// pay for.
  func later(nanoseconds: UInt64) -> Uptime {
    Uptime(nanoseconds: self.nanoseconds.addingReportingOverflow(nanoseconds).partialValue)
  }
}
