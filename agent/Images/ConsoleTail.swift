// SPDX-License-Identifier: Apache-2.0

/// Cuts a console log to its last lines, as `tail -n` does.
enum ConsoleTail {
  /// - Parameter lines: how many; 0 for all.
  static func lastLines(_ bytes: [UInt8], _ lines: UInt32) -> [UInt8] {
    guard lines > 0 else { return bytes }
    var left = UInt64(lines)
    var start = bytes.endIndex
    // A newline at the very end closes the last line; it doesn't begin another.
    if bytes.last == newline { start -= 1 }
    while start > bytes.startIndex {
      if bytes[start - 1] == newline {
        left -= 1
        if left == 0 { break }
      }
      start -= 1
    }
    return Array(bytes[start...])
  }

  private static let newline: UInt8 = 0x0A
}
