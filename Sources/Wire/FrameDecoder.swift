// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into frames, however the bytes were split on their way.
struct FrameDecoder {
  private var buffer: [UInt8] = []
  private var start = 0
  private let maximumPayload: Int

  init(maximumPayload: Int) {
    self.maximumPayload = maximumPayload
  }

  /// Adds bytes as they came.
  mutating func feed(_ bytes: some Collection<UInt8>) {
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 64 << 10)
      start = 0
    } else if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The bytes that are not taken yet.
  var rest: ArraySlice<UInt8> { buffer[start...] }

  /// Takes bytes off the front; the caller has seen that they are there.
  mutating func drop(_ count: Int) { start += count }

  /// The next whole frame. A length beyond the limit is refused before its bytes are awaited.
  mutating func next() throws(ProtocolViolation) -> Frame? {
    guard buffer.count - start >= Frame.headerBytes else { return nil }
    let length = Int(buffer.bigEndian(at: start, as: UInt32.self))
    guard length <= maximumPayload else {
      throw ProtocolViolation(
        "a frame claims \(length) bytes; at most \(maximumPayload) are allowed")
    }
    let number = buffer[start + 4]
    guard let kind = Frame.Kind(rawValue: number) else {
      throw ProtocolViolation("a frame is of type \(number), which does not exist")
    }
    let end = start + Frame.headerBytes + length
    guard buffer.count >= end else { return nil }
    defer { start = end }
    return Frame(
      kind, flags: Frame.Flags(rawValue: buffer[start + 5]),
      stream: buffer.bigEndian(at: start + 6, as: UInt32.self),
      payload: buffer[(start + Frame.headerBytes)..<end])
  }
}

/// Reads the fields of one frame's payload from front to end.
struct PayloadReader {
  private let payload: ArraySlice<UInt8>
  private var place: Int
  private let what: String

  /// - Parameter what: names the payload where it is refused.
  init(_ payload: ArraySlice<UInt8>, of what: String) {
    self.payload = payload
    place = payload.startIndex
    self.what = what
  }

  /// What has not been read yet.
  var rest: ArraySlice<UInt8> { payload[place...] }

  /// A number, most significant byte first.
  mutating func number<N: FixedWidthInteger & UnsignedInteger>(
    _ type: N.Type
  ) throws(ProtocolViolation) -> N {
    let start = try advance(MemoryLayout<N>.size)
    var value: N = 0
    for place in start..<place { value = value << 8 | N(payload[place]) }
    return value
  }

  mutating func bytes(_ count: Int) throws(ProtocolViolation) -> ArraySlice<UInt8> {
    let start = try advance(count)
    return payload[start..<place]
  }

  /// Goes on by so many bytes. Returns from where.
  private mutating func advance(_ count: Int) throws(ProtocolViolation) -> Int {
    guard payload.endIndex - place >= count else {
      throw ProtocolViolation("\(what) is too short")
    }
    defer { place += count }
    return place
  }

  /// A text behind its length in one byte.
  mutating func shortText() throws(ProtocolViolation) -> String {
    let bytes = try bytes(Int(number(UInt8.self)))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ProtocolViolation("\(what) has a text that is not UTF-8")
    }
    return text
  }

  /// Bytes behind their length in two bytes.
  mutating func longBytes() throws(ProtocolViolation) -> ArraySlice<UInt8> {
    try bytes(Int(number(UInt16.self)))
  }

  /// Nothing may follow.
  func end() throws(ProtocolViolation) {
    guard place == payload.endIndex else { throw ProtocolViolation("\(what) is too long") }
  }
}

extension [UInt8] {
  /// Reads a number, most significant byte first. The caller has checked the length.
  fileprivate func bigEndian<N: FixedWidthInteger & UnsignedInteger>(
    at offset: Int, as type: N.Type
  ) -> N {
    var value: N = 0
    for place in offset..<offset + MemoryLayout<N>.size { value = value << 8 | N(self[place]) }
    return value
  }
}
