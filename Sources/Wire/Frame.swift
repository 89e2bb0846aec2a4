// SPDX-License-Identifier: Apache-2.0

/// One frame, the unit that travels. Layout and meaning: docs/wire.md.
///
/// Ten bytes of header, all numbers big-endian: length of the payload (4), type (1), flags (1),
/// stream (4).
struct Frame: Hashable, Sendable {
  /// What the payload means.
  enum Kind: UInt8, Sendable, CaseIterable {
    /// Opens a stream: time left in ms (4), length of the method's name (2), the name.
    case open = 1
    /// A piece of a message.
    case data = 2
    /// Ends a stream well or not: status code (1), text.
    case status = 3
    /// Ends a stream at once: status code (1), text. The receiver stops work on it.
    case reset = 4
    /// Eight bytes to be sent back; with `Flags.reply`, those bytes sent back.
    case ping = 5
    /// The sender will end the connection; no new streams: status code (1), text.
    case goAway = 6
  }

  /// Bits that qualify a kind.
  struct Flags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// On `data`: the message ends with this piece.
    static let endOfMessage = Flags(rawValue: 1)
    /// On `ping`: this is the answer.
    static let reply = Flags(rawValue: 2)
  }

  static let headerBytes = 10
  /// The largest payload we send and accept.
  static let maximumPayload = 256 << 10

  var kind: Kind
  var flags: Flags = []
  var stream: UInt32
  var payload: [UInt8] = []

  /// The frame as bytes.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headerBytes + payload.count)
    bytes.append(bigEndian: UInt32(payload.count))
    bytes.append(kind.rawValue)
    bytes.append(flags.rawValue)
    bytes.append(bigEndian: stream)
    bytes += payload
    return bytes
  }
}

/// Why bytes are no frame, no preface, or not allowed now. The connection ends with it.
struct ProtocolViolation: Error, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Cuts a stream of bytes into frames, however the bytes were split on their way.
struct FrameDecoder {
  private var buffer: [UInt8] = []
  private var start = 0

  /// Adds bytes as they came.
  mutating func feed(_ bytes: some Collection<UInt8>) {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Takes `count` bytes off the front, if that many are there.
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard buffer.count - start >= count else { return nil }
    defer { start += count }
    return buffer[start..<start + count]
  }

  /// The next whole frame. A length beyond the limit is refused before its bytes are awaited.
  mutating func next() throws(ProtocolViolation) -> Frame? {
    let rest = buffer[start...]
    guard rest.count >= Frame.headerBytes else { return nil }
    let length = Int(rest.bigEndian(at: 0, as: UInt32.self))
    guard length <= Frame.maximumPayload else {
      throw ProtocolViolation(
        "a frame claims \(length) bytes; at most \(Frame.maximumPayload) are allowed")
    }
    let number = rest[rest.startIndex + 4]
    guard let kind = Frame.Kind(rawValue: number) else {
      throw ProtocolViolation("a frame is of type \(number), which does not exist")
    }
    guard let whole = take(Frame.headerBytes + length) else { return nil }
    return Frame(
      kind: kind, flags: Frame.Flags(rawValue: whole[whole.startIndex + 5]),
      stream: whole.bigEndian(at: 6, as: UInt32.self),
      payload: Array(whole.dropFirst(Frame.headerBytes)))
  }
}

extension [UInt8] {
  /// Appends a number, most significant byte first.
  mutating func append(bigEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }
}

extension ArraySlice<UInt8> {
  /// Reads a number at an offset from the slice's start. The caller has checked the length.
  func bigEndian<N: FixedWidthInteger & UnsignedInteger>(at offset: Int, as type: N.Type) -> N {
    self[(startIndex + offset)..<(startIndex + offset + MemoryLayout<N>.size)]
      .reduce(0) { $0 << 8 | N($1) }
  }
}
