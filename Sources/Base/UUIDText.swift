// SPDX-License-Identifier: Apache-2.0

/// The texts of UUIDs (RFC 9562, section 4). Every row that is read and every id that is shown goes through
/// here; Foundation's take twenty times as long.
enum UUIDText {
  /// Reads 32 hexadecimal digits, with all four hyphens in their places or with none.
  ///
  /// - Parameter bytes: room for 16.
  /// - Returns: false for anything else.
  static func parse(
    _ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard text.count == 36 || text.count == 32, bytes.count == 16 else { return false }
    let hasHyphens = text.count == 36
    var next = 0
    for place in 0..<16 {
      if hasHyphens, isGroup(place) {
        guard text[next] == 0x2D else { return false }
        next += 1
      }
      guard let high = value(text[next]), let low = value(text[next + 1]) else { return false }
      bytes[place] = high << 4 | low
      next += 2
    }
    return true
  }

  /// Lower case.
  static func text(of bytes: UnsafeRawBufferPointer, hyphens: Bool) -> String {
    String(unsafeUninitializedCapacity: 36) { text in
      var count = 0
      func add(_ character: UInt8) {
        text[count] = character
        count += 1
      }
      for (place, byte) in bytes.enumerated() {
        if hyphens, isGroup(place) { add(0x2D) }
        add(digit(byte >> 4))
        add(digit(byte & 0xF))
      }
      return count
    }
  }

  /// Whether a hyphen stands before this byte.
  private static func isGroup(_ place: Int) -> Bool {
    place == 4 || place == 6 || place == 8 || place == 10
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x37
    case 0x61...0x66: character - 0x57
    default: nil
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
