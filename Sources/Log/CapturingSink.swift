// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps records in memory, for tests that check what an operator would read.
public final class CapturingSink: LogSink {
  /// One kept record.
  public struct Record: Sendable {
    /// How much it matters.
    public let level: LogLevel
    /// Its text.
    public let text: String
    /// Its fields.
    public let fields: [LogField: String]
  }

  private let kept = Mutex<[Record]>([])

  /// Starts empty.
  public init() {}

  /// All records so far, oldest first.
  public var records: [Record] { kept.withLock { $0 } }

  public func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)]) {
    let record = Record(
      level: level, text: text, fields: Dictionary(fields, uniquingKeysWith: { _, last in last }))
    kept.withLock { $0.append(record) }
  }
}
