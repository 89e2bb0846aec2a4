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
    partial.append(contentsOf: frame.payload)
    if frame.flags.contains(.endOfMessages) {
      guard !isOurs else {
        throw ProtocolViolation(
          "an end of messages on stream \(stream) from the end that serves it")
      }
      guard frame.flags.contains(.endOfMessage) || partial.isEmpty else {
        throw ProtocolViolation("the messages of stream \(stream) end inside a message")
      }
      hasAllMessages = true
    }
    guard frame.flags.contains(.endOfMessage) else { return .piece }
    let message = partial
    partial = []
    waiting += message.count
    return .message(message)
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
  private var messages: [[UInt8]] = []
  private var first = 0
  private var offset = 0
  private var isAtEnd = false
  private(set) var bytes = 0

  /// Nothing is to be sent, the end of messages included.
  var isEmpty: Bool { first == messages.count && !isAtEnd }

  /// Adds a message.
  mutating func add(_ message: [UInt8]) {
    messages.append(message)
    bytes += message.count
  }

  /// No message follows.
  mutating func end() { isAtEnd = true }

  /// Whether the next piece has bytes, which need a window.
  var needsWindow: Bool { first < messages.count && offset < messages[first].count }

  /// Takes a piece of at most `limit` bytes and hands it on with its flags.
  mutating func take(_ limit: Int, _ send: (ArraySlice<UInt8>, Frame.Flags) -> Void) {
    guard first < messages.count else {
      isAtEnd = false
      return send([], .endOfMessages)
    }
    let end = min(messages[first].count, offset + limit)
    let isWhole = end == messages[first].count
    bytes -= end - offset
    let isLast = isWhole && first + 1 == messages.count && isAtEnd
    let flags: Frame.Flags =
      isLast ? [.endOfMessage, .endOfMessages] : isWhole ? .endOfMessage : []
    send(messages[first][offset..<end], flags)
    if isLast { isAtEnd = false }
    guard isWhole else {
      offset = end
      return
    }
    messages[first] = []
    offset = 0
    first += 1
    if first == messages.count {
      messages.removeAll(keepingCapacity: false)
      first = 0
    } else if first > 32, first * 2 > messages.count {
      messages.removeFirst(first)
      first = 0
    }
  }
}
