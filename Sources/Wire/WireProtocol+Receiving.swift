// SPDX-License-Identifier: Apache-2.0

import Base

// What comes in: each frame is checked against what may come now.
extension WireProtocol {
  /// Bytes came.
  mutating func receive(_ bytes: some Collection<UInt8>, at now: Uptime) {
    guard phase != .ended else { return }
    lastHeard = now
    askedForLife = nil
    decoder.feed(bytes)
    do throws(ProtocolViolation) {
      if phase == .start {
        guard let preface = try Preface.take(from: &decoder) else { return }
        peer = preface
        sendWindow = preface.limits.connectionWindow
        phase = .open
        events.append(.ready)
      }
      while phase == .open, let frame = try decoder.next() { try take(frame, now) }
    } catch {
      sendGoAway(highestIncoming, WireStatus(.invalidArgument, error.description))
      end("protocol violation: \(error)")
    }
  }

  private mutating func take(_ frame: Frame, _ now: Uptime) throws(ProtocolViolation) {
    switch frame.kind {
    case .open: try takeOpen(frame, now)
    case .data: try takeData(frame)
    case .status: try takeStatus(frame)
    case .reset: try takeReset(frame)
    case .ping:
      guard frame.payload.count == 8, frame.stream == 0 else {
        throw ProtocolViolation("a ping has 8 bytes on stream 0")
      }
      guard !frame.flags.contains(.reply) else { return }
      control.append(Frame(.ping, flags: .reply, stream: 0, payload: frame.payload))
    case .goAway: try takeGoAway(frame)
    case .window: try takeWindow(frame)
    }
  }

  private mutating func takeOpen(_ frame: Frame, _ now: Uptime) throws(ProtocolViolation) {
    let stream = frame.stream
    guard stream != 0, (stream % 2 == 1) != dialled, stream > highestIncoming else {
      throw ProtocolViolation("stream \(stream) can't be opened by that end now")
    }
    highestIncoming = stream
    let head = try CallHead(frame.payload, metadataLimit: limits.metadata)
    // The peer learns from the goAway that is under way to it.
    guard lastServed == nil, let peer else { return }
    guard servingCount < limits.streams else {
      let status = WireStatus(
        .resourceExhausted, "\(servingCount) calls of this peer are under way already")
      return sendEnding(.reset, stream, Ending(status))
    }
    let deadline =
      head.milliseconds == 0
      ? nil : now.later(nanoseconds: UInt64(head.milliseconds) * 1_000_000)
    servingCount += 1
    streams[stream] = StreamState(
      isOurs: false, deadline: deadline, sends: peer.limits.streamWindow,
      receives: limits.streamWindow)
    note(deadline)
    events.append(.opened(stream: stream, head))
  }

  private mutating func takeData(_ frame: Frame) throws(ProtocolViolation) {
    let (stream, size) = (frame.stream, frame.payload.count)
    receiveWindow -= size
    guard receiveWindow >= 0 else {
      throw ProtocolViolation("data exceeds the connection's window by \(-receiveWindow) bytes")
    }
    let maximum = limits.message
    let taken = try streams.change(stream) { state throws(ProtocolViolation) in
      // What comes for a call that is answered is for nobody.
      state.ending == nil ? try state.take(frame, maximum: maximum) : nil
    }
    guard let arrival = taken ?? nil else {
      guard isPast(stream) else {
        throw ProtocolViolation("data for stream \(stream), which was never opened")
      }
      owed += size
      return grantConnection()
    }
    switch arrival {
    case .piece: break
    case .message(let message):
      waitingBytes += message.count
      events.append(.message(stream: stream, message))
    case .tooLarge:
      let text = "a message has at most \(limits.message) bytes here"
      return giveUp(stream, WireStatus(.resourceExhausted, text))
    }
    if frame.flags.contains(.endOfMessages) { events.append(.allMessages(stream: stream)) }
    grant(stream)
    if receiveWindow == 0 { reopenWindow(stream) }
  }

  /// The peer can send no more data at all. If all that is held are messages that are not whole,
  /// nobody could ever take one, and the newest piece's has to go.
  private mutating func reopenWindow(_ stream: UInt32) {
    grantConnection()
    guard receiveWindow == 0, waitingBytes == 0 else { return }
    giveUp(stream, WireStatus(.resourceExhausted, "messages that are not whole fill the window"))
  }

  /// Ends a call of either end on this end's behalf.
  private mutating func giveUp(_ stream: UInt32, _ status: WireStatus) {
    guard let isOurs = isOurs(stream) else { return }
    reset(stream, status)
    events.append(
      isOurs
        ? .finished(stream: stream, Ending(status)) : .abandoned(stream: stream, status))
  }

  private mutating func takeStatus(_ frame: Frame) throws(ProtocolViolation) {
    let stream = frame.stream
    let ending = try ending(frame, "a status frame")
    guard let isOurs = isOurs(stream) else { return try expectPast(stream) }
    guard isOurs else {
      throw ProtocolViolation("a status for stream \(stream) from the end that opened it")
    }
    guard streams.read(stream, { $0.partial.isEmpty }) == true || ending.status.code != .ok else {
      throw ProtocolViolation("stream \(stream) ends well inside a message")
    }
    remove(stream)
    events.append(.finished(stream: stream, ending))
    endWhenDrained()
  }

  private mutating func takeReset(_ frame: Frame) throws(ProtocolViolation) {
    let stream = frame.stream
    var ending = try ending(frame, "a reset frame")
    guard let isOurs = isOurs(stream) else { return try expectPast(stream) }
    if ending.status.code == .ok {
      ending.status = WireStatus(.cancelled, ending.status.message)
    }
    remove(stream)
    events.append(
      isOurs
        ? .finished(stream: stream, ending)
        : .abandoned(stream: stream, ending.status))
    endWhenDrained()
  }

  private mutating func takeGoAway(_ frame: Frame) throws(ProtocolViolation) {
    var reader = PayloadReader(frame.payload, of: "a goAway frame")
    let last = try reader.number(UInt32.self)
    let status = try Ending(from: &reader, metadataLimit: limits.metadata).status
    guard frame.stream == 0 else { throw ProtocolViolation("a goAway is on stream 0") }
    farewell = farewell ?? status.message
    let refusal = WireStatus(.unavailable, "the peer closes: \(status.message)")
    self.refusal = refusal
    for stream in streams.keys where stream > last && isOurs(stream) == true {
      remove(stream)
      events.append(.finished(stream: stream, Ending(refusal)))
    }
    events.append(.draining(refusal))
    endWhenDrained()
  }

  private mutating func takeWindow(_ frame: Frame) throws(ProtocolViolation) {
    var reader = PayloadReader(frame.payload, of: "a window frame")
    let more = Int(try reader.number(UInt32.self))
    try reader.end()
    guard frame.stream != 0 else {
      sendWindow += more
      return try expectWindow(sendWindow, "the connection")
    }
    guard streams.contains(frame.stream) else { return try expectPast(frame.stream) }
    let (window, isIdle) =
      streams.change(frame.stream) { state in
        state.sendWindow += more
        return (state.sendWindow, state.outbox.isEmpty)
      } ?? (0, true)
    try expectWindow(window, "stream \(frame.stream)")
    if !isIdle { takeTurn(frame.stream) }
  }

  private func expectWindow(_ window: Int, _ what: String) throws(ProtocolViolation) {
    guard window <= Int(Int32.max) else {
      throw ProtocolViolation(
        "the window of \(what) grows to \(window) bytes; at most \(Int32.max) are allowed")
    }
  }

  private func ending(_ frame: Frame, _ what: String) throws(ProtocolViolation) -> Ending {
    var reader = PayloadReader(frame.payload, of: what)
    return try Ending(from: &reader, metadataLimit: limits.metadata)
  }

  private func expectPast(_ stream: UInt32) throws(ProtocolViolation) {
    guard isPast(stream) else {
      throw ProtocolViolation("a frame for stream \(stream), which was never opened")
    }
  }

  /// Whether the stream was opened by either end before, so that a late frame for it is harmless.
  private func isPast(_ stream: UInt32) -> Bool {
    guard stream != 0 else { return false }
    return (stream % 2 == 1) == dialled ? stream < nextStream : stream <= highestIncoming
  }
}
