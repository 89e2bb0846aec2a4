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
    var next = 0
    while bytes.count < limit, idle < turns.count - next {
      let stream = turns[next]
      next += 1
      switch sendPiece(of: stream, &bytes) {
      case .again where streams.read(stream, { $0.outbox.isEmpty }) == true:
        // Its ending is no data and need not wait.
        _ = sendPiece(of: stream, &bytes)
        streams.change(stream) { $0.isInTurn = false }
      case .again:
        turns.append(stream)
        idle = 0
      case .later:
        turns.append(stream)
        idle += 1
      case .done: streams.change(stream) { $0.isInTurn = false }
      }
    }
    turns.removeFirst(min(next, turns.count))
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
    guard let frame = peer?.limits.frame else { return .done }
    let limit = min(Self.piece, frame, sendWindow)
    switch streams.change(stream, { $0.takeOutput(atMost: limit) }) {
    case .piece(let piece, let flags, let isWritable):
      bytes.appendHeader(piece.count, .data, flags, stream)
      bytes += piece
      sendWindow -= piece.count
      queuedBytes -= piece.count
      if isWritable { events.append(.writable(stream: stream)) }
      return .again
    case .ending(let ending):
      remove(stream)
      bytes.append(.status, stream, ending)
      endWhenDrained()
      return .done
    case .held: return .later
    case .nothing, nil: return .done
    }
  }

  /// Queues a stream that has something to send.
  mutating func takeTurn(_ stream: UInt32) {
    if streams.change(stream, { $0.joinTurns() }) == true { turns.append(stream) }
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
    control.append(kind, stream, ending)
  }

  mutating func sendGoAway(_ last: UInt32, _ status: WireStatus) {
    control.appendFrame(.goAway, 0) { bytes in
      bytes.append(bigEndian: last)
      Ending(status).encode(into: &bytes)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ kind: Frame.Kind, _ stream: UInt32, _ ending: Ending) {
    appendFrame(kind, stream) { ending.encode(into: &$0) }
  }
}
