// SPDX-License-Identifier: Apache-2.0

// What goes out: control frames first, then data of the streams in turn, as far as windows allow.
extension WireProtocol {
  /// There is something that could be sent now.
  var hasOutput: Bool { !control.isEmpty || !turns.isEmpty }

  /// Appends what is to be sent next to `bytes` until those are `limit` or there is no more.
  mutating func transmit(into bytes: inout [UInt8], upTo limit: Int) {
    if !control.isEmpty {
      if bytes.isEmpty {
        swap(&bytes, &control)
      } else {
        bytes += control
      }
      control.removeAll(keepingCapacity: control.capacity <= 64 << 10)
    }
    // Once round without a byte means that only the peer can help.
    var idle = 0
    while bytes.count < limit, idle < turns.count {
      let stream = turns.removeFirst()
      switch sendPiece(of: stream, &bytes) {
      case .again:
        turns.append(stream)
        idle = 0
      case .later:
        turns.append(stream)
        idle += 1
      case .done: streams[stream]?.isInTurn = false
      }
    }
  }

  private enum Turn {
    /// There may be more.
    case again
    /// The connection's window is shut.
    case later
    /// Nothing more, or the stream's window is shut.
    case done
  }

  private mutating func sendPiece(of stream: UInt32, _ bytes: inout [UInt8]) -> Turn {
    guard var state = streams[stream], let peer else { return .done }
    guard !state.outbox.isEmpty else {
      if let ending = state.ending {
        remove(stream)
        sendEnding(.status, stream, ending, into: &bytes)
        endWhenDrained()
      }
      return .done
    }
    var room = 0
    if state.outbox.needsWindow {
      guard state.sendWindow > 0 else { return .done }
      guard sendWindow > 0 else { return .later }
      room = min(Self.piece, peer.limits.frame, state.sendWindow, sendWindow)
    }
    // Taken out, so that its messages are not copied.
    streams[stream] = nil
    let before = state.outbox.bytes
    state.outbox.take(room) { piece, flags in
      bytes.appendHeader(piece.count, .data, flags, stream)
      bytes += piece
      state.sendWindow -= piece.count
      sendWindow -= piece.count
      queuedBytes -= piece.count
    }
    if before > Self.lowWater, state.outbox.bytes <= Self.lowWater {
      events.append(.writable(stream: stream))
    }
    streams[stream] = state
    return .again
  }

  /// Queues a stream that has something to send.
  mutating func takeTurn(_ stream: UInt32) {
    guard streams[stream]?.isInTurn == false else { return }
    streams[stream]?.isInTurn = true
    turns.append(stream)
  }

  /// Lets the peer send more on a stream, or with 0 on all together.
  mutating func allow(_ bytes: Int, on stream: UInt32) {
    control.appendHeader(4, .window, [], stream)
    control.append(bigEndian: UInt32(clamping: bytes))
  }

  /// Allows the peer again what has left this end, once it is worth a frame or the peer waits for it.
  mutating func grantConnection() {
    let least = receiveWindow > 0 ? limits.connectionWindow / 2 : 1
    guard phase == .open, owed >= least else { return }
    receiveWindow += owed
    allow(owed, on: 0)
    owed = 0
  }

  mutating func sendEnding(_ kind: Frame.Kind, _ stream: UInt32, _ ending: Ending) {
    sendEnding(kind, stream, ending, into: &control)
  }

  private func sendEnding(
    _ kind: Frame.Kind, _ stream: UInt32, _ ending: Ending, into bytes: inout [UInt8]
  ) {
    let payload = ending.encoded
    bytes.appendHeader(payload.count, kind, [], stream)
    bytes += payload
  }

  mutating func sendGoAway(_ last: UInt32, _ status: WireStatus) {
    let payload = Ending(status).encoded
    control.appendHeader(4 + payload.count, .goAway, [], 0)
    control.append(bigEndian: last)
    control += payload
  }
}
