// SPDX-License-Identifier: Apache-2.0

import CSystemd
import Glibc

/// One line a record on standard error: `warning  lost libvirt  NODE=… OPERATION=…`.
public struct StandardErrorSink: LogSink {
  /// Writes to descriptor 2.
  public init() {}

  public func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)]) {
    var line = "\(level)".padded(to: 8) + oneLine(text)
    for (field, value) in fields { line += "  \(field.rawValue)=\(oneLine(value))" }
    line += "\n"
    // One write, so that lines of several threads don't mix. A failure has nowhere to go.
    _ = Array(line.utf8).withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}

/// journald's native protocol, which keeps fields searchable: `journalctl INSTANCE=…`.
public struct JournaldSink: LogSink {
  private let identifier: String

  /// - Parameter identifier: the program's name, as SYSLOG_IDENTIFIER.
  public init(identifier: String) {
    self.identifier = identifier
  }

  public func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)]) {
    var entries = [
      "MESSAGE=\(text)", "PRIORITY=\(level.rawValue)", "SYSLOG_IDENTIFIER=\(identifier)",
    ]
    for (field, value) in fields { entries.append("\(field.rawValue)=\(value)") }
    let buffers = entries.map { Array($0.utf8) }
    var vectors: [iovec] = []
    for buffer in buffers {
      let copy = UnsafeMutableRawPointer.allocate(byteCount: max(1, buffer.count), alignment: 1)
      copy.copyMemory(from: buffer, byteCount: buffer.count)
      vectors.append(iovec(iov_base: copy, iov_len: buffer.count))
    }
    defer { for vector in vectors { vector.iov_base.deallocate() } }
    sd_journal_sendv(&vectors, Int32(vectors.count))
  }
}

extension Logger {
  /// Logs to journald when systemd connected standard error to it, else to standard error.
  public static func system(identifier: String, threshold: LogLevel) -> Logger {
    guard getenv("JOURNAL_STREAM") != nil else {
      return Logger(StandardErrorSink(), threshold: threshold)
    }
    return Logger(JournaldSink(identifier: identifier), threshold: threshold)
  }
}

/// Control characters escaped, so that a value can't forge a line.
func oneLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
    return text
  }
  var line = ""
  for scalar in text.unicodeScalars {
    if scalar.value < 0x20 || scalar.value == 0x7F {
      line += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - utf8.count))
  }
}
