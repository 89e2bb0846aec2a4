// SPDX-License-Identifier: Apache-2.0

/// One connection's protocol as a value: what happens goes in, what to do comes out.
///
/// ```
///   start ──preface──► open ──goAway/violation/close──► ended
///
///   a stream we opened:     open, data… ─► waiting ─► data…, status ─► done
///   a stream the peer opened: open, data… ─► serving ─► (we send) data…, status ─► done
///   either end may `reset` a stream at any time; frames for a stream that is done are ignored,
///   since they may have crossed.
/// ```
///
/// The dialling end opens odd streams, the accepting end even ones, each counting up.
struct WireProtocol {
  /// What the shell must do, in this order.
  enum Action: Hashable {
    /// Send these bytes.
    case send([UInt8])
    /// Serve a call of the peer; answer with `reply` or `refuse`.
    case serve(stream: UInt32, method: String, request: [UInt8], milliseconds: UInt32)
    /// The peer has given up on a call that is being served.
    case abandon(stream: UInt32)
    /// A call of ours has its answer.
    case complete(stream: UInt32, reply: [UInt8])
    /// A call of ours has failed.
    case fail(stream: UInt32, WireStatus)
    /// End the connection; everything under way fails.
    case end(reason: String)
  }

  /// Messages beyond this end their call.
  static let maximumMessage = 4 << 20
  /// So many calls of the peer may be under way; further ones are refused one by one.
  static let maximumServing = 1024
  private static let maximumMethodBytes = 256

  private enum Phase { case start, open, ended }

  private struct Incoming {
    var method: String
    var milliseconds: UInt32
    /// The message so far; nil once it is whole and being served.
    var message: [UInt8]?
  }

  private var phase = Phase.start
  private var decoder = FrameDecoder()
  private let dialled: Bool
  private var nextStream: UInt32
  private var highestIncoming: UInt32 = 0
  /// Calls of ours that wait, with the reply so far.
  private var waiting: [UInt32: [UInt8]] = [:]
  /// Calls of the peer that are arriving or being served.
  private var serving: [UInt32: Incoming] = [:]
  /// Bytes of requests that are still arriving, over all streams.
  private var arriving = 0
  private let software: String
  /// What the peer says it is, once its preface came.
  private(set) var peerSoftware: String?

  init(dialled: Bool, software: String) {
    self.dialled = dialled
    self.software = software
    nextStream = dialled ? 1 : 2
  }

  /// The connection is there: our preface.
  func begin() -> [Action] {
    [.send(Preface(software: software).encoded)]
  }

  /// Bytes came.
  mutating func receive(_ bytes: some Collection<UInt8>) -> [Action] {
    guard phase != .ended else { return [] }
    decoder.feed(bytes)
    var actions: [Action] = []
    do throws(ProtocolViolation) {
      if phase == .start {
        guard let preface = try Preface.take(from: &decoder) else { return [] }
        peerSoftware = preface.software
        phase = .open
      }
      while phase == .open, let frame = try decoder.next() {
        actions += try take(frame)
      }
    } catch {
      let status = WireStatus(.invalidArgument, error.description)
      actions.append(.send(goAway(status)))
      actions += end("protocol violation: \(error)")
    }
    return actions
  }

  /// Calls the peer. Nil when the connection has ended or the streams are used up.
  mutating func call(
    _ method: String, _ request: [UInt8], milliseconds: UInt32
  ) -> (stream: UInt32, actions: [Action])? {
    guard phase != .ended, nextStream < UInt32.max - 1 else { return nil }
    let stream = nextStream
    nextStream += 2
    waiting[stream] = []
    var opening: [UInt8] = []
    opening.append(bigEndian: milliseconds)
    opening.append(bigEndian: UInt16(clamping: method.utf8.count))
    opening += Array(method.utf8)
    let bytes =
      Frame(kind: .open, stream: stream, payload: opening).encoded + pieces(of: request, stream)
    return (stream, [.send(bytes)])
  }

  /// Gives up a call of ours: late, or its caller has gone.
  mutating func cancel(_ stream: UInt32, _ status: WireStatus) -> [Action] {
    guard waiting.removeValue(forKey: stream) != nil else { return [] }
    return [.send(ending(.reset, stream, status)), .fail(stream: stream, status)]
  }

  /// Answers a call of the peer.
  mutating func reply(_ stream: UInt32, _ message: [UInt8]) -> [Action] {
    guard serving.removeValue(forKey: stream) != nil else { return [] }
    return [.send(pieces(of: message, stream) + ending(.status, stream, WireStatus(.ok, "")))]
  }

  /// Fails a call of the peer.
  mutating func refuse(_ stream: UInt32, _ status: WireStatus) -> [Action] {
    guard serving.removeValue(forKey: stream) != nil else { return [] }
    return [.send(ending(.status, stream, status))]
  }

  /// Asks the peer for a sign of life.
  func ping() -> [Action] {
    phase == .open
      ? [.send(Frame(kind: .ping, stream: 0, payload: Array(repeating: 0, count: 8)).encoded)] : []
  }

  /// Says goodbye and ends.
  mutating func close(_ reason: String) -> [Action] {
    guard phase != .ended else { return [] }
    return [.send(goAway(WireStatus(.unavailable, reason)))] + end(reason)
  }

  /// The transport has ended by itself.
  mutating func lost(_ reason: String) -> [Action] {
    phase == .ended ? [] : end(reason)
  }

  private mutating func end(_ reason: String) -> [Action] {
    phase = .ended
    let status = WireStatus(.unavailable, "the connection ended: \(reason)")
    let failures = waiting.keys.sorted().map { Action.fail(stream: $0, status) }
    let abandoned = serving.keys.sorted().map { Action.abandon(stream: $0) }
    waiting = [:]
    serving = [:]
    return failures + abandoned + [.end(reason: reason)]
  }

  // MARK: Frames of the peer

  private mutating func take(_ frame: Frame) throws(ProtocolViolation) -> [Action] {
    switch frame.kind {
    case .open: return try open(frame)
    case .data: return try data(frame)
    case .status, .reset: return try finished(frame)
    case .ping:
      guard frame.payload.count == 8, frame.stream == 0 else {
        throw ProtocolViolation("a ping has 8 bytes on stream 0")
      }
      if frame.flags.contains(.reply) { return [] }
      return [
        .send(Frame(kind: .ping, flags: .reply, stream: 0, payload: frame.payload).encoded)
      ]
    case .goAway:
      return end("the peer closes: \(try status(frame).message)")
    }
  }

  private mutating func open(_ frame: Frame) throws(ProtocolViolation) -> [Action] {
    let stream = frame.stream
    guard stream != 0, (stream % 2 == 1) != dialled, stream > highestIncoming else {
      throw ProtocolViolation("stream \(stream) can't be opened by that end now")
    }
    highestIncoming = stream
    let payload = frame.payload[...]
    guard payload.count >= 6 else { throw ProtocolViolation("an open frame is too short") }
    let length = Int(payload.bigEndian(at: 4, as: UInt16.self))
    guard payload.count == 6 + length, length <= Self.maximumMethodBytes,
      let method = String(validating: payload.dropFirst(6), as: UTF8.self)
    else { throw ProtocolViolation("an open frame's method is malformed") }
    guard serving.count < Self.maximumServing else {
      let status = WireStatus(.resourceExhausted, "\(serving.count) calls are under way")
      return [.send(ending(.reset, stream, status))]
    }
    serving[stream] = Incoming(
      method: method, milliseconds: payload.bigEndian(at: 0, as: UInt32.self), message: [])
    return []
  }

  private mutating func data(_ frame: Frame) throws(ProtocolViolation) -> [Action] {
    let stream = frame.stream
    // Counts, not copies: a message of many small pieces is appended to in place.
    if let received = waiting[stream]?.count {
      guard received + frame.payload.count <= Self.maximumMessage else {
        return cancel(stream, WireStatus(.resourceExhausted, "the reply is too large"))
      }
      waiting[stream]?.append(contentsOf: frame.payload)
      return []
    }
    guard let received = serving[stream]?.message?.count else {
      guard isPast(stream) else {
        throw ProtocolViolation("data for stream \(stream), which was never opened")
      }
      return []
    }
    arriving += frame.payload.count
    // All unfinished requests together may hold two of the largest; a peer needs no more.
    guard received + frame.payload.count <= Self.maximumMessage,
      arriving <= 2 * Self.maximumMessage
    else {
      arriving -= received + frame.payload.count
      serving[stream] = nil
      let status = WireStatus(
        .resourceExhausted, "a message has at most \(Self.maximumMessage) bytes")
      return [.send(ending(.reset, stream, status))]
    }
    serving[stream]?.message?.append(contentsOf: frame.payload)
    guard frame.flags.contains(.endOfMessage), let incoming = serving[stream],
      let whole = incoming.message
    else { return [] }
    arriving -= whole.count
    serving[stream]?.message = nil
    return [
      .serve(
        stream: stream, method: incoming.method, request: whole,
        milliseconds: incoming.milliseconds)
    ]
  }

  private mutating func finished(_ frame: Frame) throws(ProtocolViolation) -> [Action] {
    let stream = frame.stream
    let status = try status(frame)
    if let reply = waiting.removeValue(forKey: stream) {
      return status.code == .ok && frame.kind == .status
        ? [.complete(stream: stream, reply: reply)] : [.fail(stream: stream, status)]
    }
    if frame.kind == .reset, let incoming = serving.removeValue(forKey: stream) {
      if let unfinished = incoming.message {
        arriving -= unfinished.count
        return []
      }
      return [.abandon(stream: stream)]
    }
    guard isPast(stream) else {
      throw ProtocolViolation("an end for stream \(stream), which was never opened")
    }
    return []
  }

  private func status(_ frame: Frame) throws(ProtocolViolation) -> WireStatus {
    guard let first = frame.payload.first else {
      throw ProtocolViolation("a status frame is empty")
    }
    // A code that a newer peer knows and we don't is still a failure.
    return WireStatus(
      WireStatus.Code(rawValue: first) ?? .unknown,
      String(decoding: frame.payload.dropFirst().prefix(4096), as: UTF8.self))
  }

  /// Whether the stream was opened by either end before, so that a late frame for it is harmless.
  private func isPast(_ stream: UInt32) -> Bool {
    guard stream != 0 else { return false }
    return (stream % 2 == 1) == dialled ? stream < nextStream : stream <= highestIncoming
  }

  // MARK: Frames of ours

  private func pieces(of message: [UInt8], _ stream: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = message[...]
    repeat {
      let piece = rest.prefix(Frame.maximumPayload)
      rest = rest.dropFirst(piece.count)
      bytes +=
        Frame(
          kind: .data, flags: rest.isEmpty ? .endOfMessage : [], stream: stream,
          payload: Array(piece)
        ).encoded
    } while !rest.isEmpty
    return bytes
  }

  private func ending(_ kind: Frame.Kind, _ stream: UInt32, _ status: WireStatus) -> [UInt8] {
    Frame(
      kind: kind, stream: stream,
      payload: [status.code.rawValue] + Array(status.message.utf8.prefix(4096))
    ).encoded
  }

  private func goAway(_ status: WireStatus) -> [UInt8] {
    ending(.goAway, 0, status)
  }
}
