// SPDX-License-Identifier: Apache-2.0

import Base

/// One call's state at one end, without its connection's.
struct StreamState {
  /// This end opened it.
  let isOurs: Bool
  /// When it is given up.
  let deadline: Uptime?

  /// What is still to be sent.
  var outbox = Outbox()
  /// How the call ends once the outbox is empty; only of a call that is served here.
  var ending: Ending?
  /// How many more bytes of data the peer takes on this stream.
  var sendWindow: Int
  /// It waits for its turn to send.
  var isInTurn = false

  /// How many more bytes of data the peer may send on this stream.
  var receiveWindow: Int
  /// The message that is arriving.
  var partial: [UInt8] = []
  /// Bytes of whole messages that whoever they are for has not taken yet.
  var waiting = 0
  /// Bytes that came, and that the peer has not been allowed again yet.
  var owed = 0
  /// The caller has sent its last message.
  var hasAllMessages = false

  init(isOurs: Bool, deadline: Uptime?, sends: Int, receives: Int) {
    self.isOurs = isOurs
    self.deadline = deadline
    sendWindow = sends
    receiveWindow = receives
  }

  /// Bytes that this end holds for the stream.
  var heldBytes: Int { partial.count + waiting }

  /// What a piece of data has brought.
  enum Arrival {
    case piece
    case message([UInt8])
    /// The message is beyond the limit.
    case tooLarge
  }

  /// Takes a frame of data.
  mutating func take(_ frame: Frame, maximum: Int) throws(ProtocolViolation) -> Arrival {
    let (stream, size) = (frame.stream, frame.payload.count)
    receiveWindow -= size
    guard receiveWindow >= 0 else {
      throw ProtocolViolation(
        "data exceeds the window of stream \(stream) by \(-receiveWindow) bytes")
    }
    guard !hasAllMessages else {
      throw ProtocolViolation("data for stream \(stream) behind the end of its messages")
    }
    owed += size
    guard partial.count + size <= maximum else { return .tooLarge }
    if frame.flags.contains(.endOfMessages) {
      guard !isOurs else {
        throw ProtocolViolation(
          "an end of messages on stream \(stream) from the end that serves it")
      }
      guard frame.flags.contains(.endOfMessage) || (partial.isEmpty && size == 0) else {
        throw ProtocolViolation("the messages of stream \(stream) end inside a message")
      }
      hasAllMessages = true
    }
    // Most messages come in one piece.
    guard frame.flags.contains(.endOfMessage), partial.isEmpty else {
      partial.append(contentsOf: frame.payload)
      return frame.flags.contains(.endOfMessage) ? wholePartial() : .piece
    }
    return arrived(Array(frame.payload))
  }

  private mutating func wholePartial() -> Arrival {
    defer { partial = [] }
    return arrived(partial)
  }

  private mutating func arrived(_ message: [UInt8]) -> Arrival {
    waiting += message.count
    return .message(message)
  }

  // MARK: What goes out

  /// What a stream sends in its turn.
  enum Output {
    /// A part of a message, and whether whoever sends on the stream may go on with that.
    case piece(ArraySlice<UInt8>, Frame.Flags, isWritable: Bool)
    /// The call is over.
    case ending(Ending)
    /// The connection's window is shut.
    case held
    /// There is nothing, or the stream's window is shut.
    case nothing
  }

  /// Takes what is next, of a message at most `limit` bytes.
  mutating func takeOutput(atMost limit: Int) -> Output {
    guard !outbox.isEmpty else { return ending.map { .ending($0) } ?? .nothing }
    var room = 0
    if outbox.needsWindow {
      guard sendWindow > 0 else { return .nothing }
      guard limit > 0 else { return .held }
      room = min(limit, sendWindow)
    }
    let before = outbox.bytes
    let (piece, flags) = outbox.take(room)
    sendWindow -= piece.count
    let low = WireProtocol.lowWater
    return .piece(piece, flags, isWritable: before > low && outbox.bytes <= low)
  }

  /// Ends a call that is served here, behind what is still to be sent, and lets go of what came for
  /// it: bytes of whole messages, and all bytes. Nil if that has no meaning.
  mutating func finish(_ ending: Ending) -> (waiting: Int, held: Int)? {
    guard !isOurs, self.ending == nil else { return nil }
    self.ending = ending
    defer {
      waiting = 0
      partial = []
    }
    return (waiting, heldBytes)
  }

  /// False if it waits for its turn already.
  mutating func joinTurns() -> Bool {
    defer { isInTurn = true }
    return !isInTurn
  }

  /// How much more the peer is to be allowed now, if that is worth a frame. A message that arrives is
  /// let in whole, for nobody can take half of one; behind a whole one the peer has to wait.
  mutating func grant(window: Int) -> Int? {
    guard waiting == 0, !hasAllMessages, owed >= window / 2 else { return nil }
    defer { owed = 0 }
    receiveWindow += owed
    return owed
  }
}

/// Messages on their way out, taken off in pieces.
struct Outbox {
  /// The message whose turn it is; apart from the others, since most calls have no others.
  private var current: [UInt8]?
  private var offset = 0
  private var others: [[UInt8]] = []
  private var first = 0
  private var isAtEnd = false
  private(set) var bytes = 0

  /// Nothing is to be sent, the end of messages included.
  var isEmpty: Bool { current == nil && !isAtEnd }

  /// Adds a message.
  mutating func add(_ message: [UInt8]) {
    bytes += message.count
    if current == nil { current = message } else { others.append(message) }
  }

  /// No message follows.
  mutating func end() { isAtEnd = true }

  /// Whether the next piece has bytes, which need a window.
  var needsWindow: Bool { offset < current?.count ?? 0 }

  /// Takes a piece of at most `limit` bytes, with its flags.
  mutating func take(_ limit: Int) -> (ArraySlice<UInt8>, Frame.Flags) {
    guard let message = current else {
      isAtEnd = false
      return ([], .endOfMessages)
    }
    let piece = message[offset...].prefix(limit)
    bytes -= piece.count
    guard piece.endIndex == message.count else {
      offset = piece.endIndex
      return (piece, [])
    }
    next()
    guard current == nil, isAtEnd else { return (piece, .endOfMessage) }
    isAtEnd = false
    return (piece, [.endOfMessage, .endOfMessages])
  }

  private mutating func next() {
    offset = 0
    guard first < others.count else {
      current = nil
      return
    }
    current = others[first]
    others[first] = []
    first += 1
    if first == others.count {
      others.removeAll(keepingCapacity: false)
      first = 0
    } else if first > 32, first * 2 > others.count {
      others.removeFirst(first)
      first = 0
    }
  }
}
