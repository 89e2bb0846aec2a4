// SPDX-License-Identifier: Apache-2.0

/// One frame, the unit that travels. Layout and meaning: docs/wire.md.
///
/// Ten bytes of header, all numbers big-endian: length of the payload (4), kind (1), flags (1),
/// stream (4).
struct Frame: Hashable, Sendable {
  /// What the payload means.
  enum Kind: UInt8, Sendable, CaseIterable {
    /// Opens a stream: a `CallHead`.
    case open = 1
    /// A piece of a message.
    case data = 2
    /// Ends a stream, well or not; sent by the end that serves it: an `Ending`.
    case status = 3
    /// Ends a stream at once: an `Ending`. The receiver stops work on it.
    case reset = 4
    /// Eight bytes to be sent back; with `Flags.reply`, those bytes sent back.
    case ping = 5
    /// No streams above this number (4) are served any more, and why: an `Ending`.
    case goAway = 6
    /// So many more bytes (4) of data may be sent on this stream, or on all together where it is 0.
    case window = 7
  }

  /// Bits that qualify a kind.
  struct Flags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// On `data`: the message ends with this piece.
    static let endOfMessage = Flags(rawValue: 1)
    /// On `data`: no more messages come from the caller. The piece may be empty, and then is none.
    static let endOfMessages = Flags(rawValue: 2)
    /// On `ping`: this is the answer.
    static let reply = Flags(rawValue: 1)
  }

  static let headerBytes = 10

  var kind: Kind
  var flags: Flags = []
  var stream: UInt32
  var payload: ArraySlice<UInt8> = []

  init(_ kind: Kind, flags: Flags = [], stream: UInt32, payload: ArraySlice<UInt8> = []) {
    self.kind = kind
    self.flags = flags
    self.stream = stream
    self.payload = payload
  }
}

/// Why bytes are no frame, no preface, or not allowed now. The connection ends with it.
struct ProtocolViolation: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension [UInt8] {
  /// Appends a frame as it travels.
  mutating func append(_ frame: Frame) {
    appendHeader(frame.payload.count, frame.kind, frame.flags, frame.stream)
    append(contentsOf: frame.payload)
  }

  /// Appends the header of a frame whose payload follows.
  mutating func appendHeader(
    _ length: Int, _ kind: Frame.Kind, _ flags: Frame.Flags, _ stream: UInt32
  ) {
    append(bigEndian: UInt32(clamping: length))
    append(kind.rawValue)
    append(flags.rawValue)
    append(bigEndian: stream)
  }

  /// Appends a frame whose payload is written in its place.
  mutating func appendFrame(
    _ kind: Frame.Kind, _ stream: UInt32, _ write: (inout [UInt8]) -> Void
  ) {
    let start = count
    appendHeader(0, kind, [], stream)
    write(&self)
    let length = UInt32(clamping: count - start - Frame.headerBytes)
    for place in 0..<4 {
      self[start + place] = UInt8(truncatingIfNeeded: length >> (24 - 8 * place))
    }
  }

  /// Appends a number, most significant byte first.
  mutating func append(bigEndian value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Appends a text behind its length in one byte. A longer one is cut.
  mutating func append(short text: String) {
    var text = text
    text.withUTF8 { bytes in
      let kept = bytes.prefix(Int(UInt8.max))
      append(UInt8(kept.count))
      append(contentsOf: kept)
    }
  }

  /// Appends bytes behind their length in two bytes. More are cut off.
  mutating func append(long bytes: some Collection<UInt8>) {
    let kept = bytes.prefix(Int(UInt16.max))
    append(bigEndian: UInt16(kept.count))
    append(contentsOf: kept)
  }
}
