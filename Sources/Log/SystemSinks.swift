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
    guard standardErrorIsJournal else {
      return Logger(StandardErrorSink(), threshold: threshold)
    }
    return Logger(JournaldSink(identifier: identifier), threshold: threshold)
  }

  /// The variable is inherited by children whose output goes elsewhere, so it must name the very
  /// file of descriptor 2. Source: systemd.exec(5), JOURNAL_STREAM.
  private static var standardErrorIsJournal: Bool {
    var status = stat()
    guard let stream = getenv("JOURNAL_STREAM"), fstat(2, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }
}

/// Control characters escaped, so that a value can't forge a line.
func oneLine(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: breaksLine) else { return text }
  var line = ""
  for scalar in text.unicodeScalars {
    if breaksLine(scalar) {
      line += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// C0 and C1 controls, and Unicode's own line and paragraph separators.
private func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
  default: false
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - utf8.count))
  }
}
