// SPDX-License-Identifier: Apache-2.0

/// How much a record matters. Raw values are syslog's priorities.
public enum LogLevel: Int, Comparable, Sendable, CaseIterable {
  /// Something failed that an operator should know.
  case error = 3
  /// Something is odd; Roost goes on.
  case warning = 4
  /// What an operator expects to read.
  case info = 6
  /// For whoever looks for a fault.
  case debug = 7

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The fields that records carry beside their text, with journald's names.
public enum LogField: String, Sendable, CaseIterable {
  /// The API request that led here.
  case request = "REQUEST_ID"
  /// The node concerned.
  case node = "NODE"
  /// The instance concerned.
  case instance = "INSTANCE"
  /// What was being done.
  case operation = "OPERATION"
}

/// Where records go.
public protocol LogSink: Sendable {
  /// Writes one record. Must not throw and must not block for long.
  func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)])
}

/// What code logs with: a sink, a threshold and the fields that hold for all it writes.
public struct Logger: Sendable {
  /// A longer text is cut, so that no peer can fill the log with one message.
  public static let maximumTextBytes = 8192

  private let sink: any LogSink
  private let threshold: LogLevel
  private let fields: [(LogField, String)]

  /// Records above `threshold` (less important) are dropped.
  public init(_ sink: any LogSink, threshold: LogLevel = .info) {
    self.init(sink, threshold, [])
  }

  private init(_ sink: any LogSink, _ threshold: LogLevel, _ fields: [(LogField, String)]) {
    self.sink = sink
    self.threshold = threshold
    self.fields = fields
  }

  /// Drops everything.
  public static let silent = Logger(SilentSink(), threshold: .error)

  /// The same logger with more fields; a field given again replaces the older value.
  public func with(_ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable>)
    -> Logger
  {
    Logger(sink, threshold, merged(more))
  }

  /// Something failed that an operator should know.
  public func error(
    _ text: @autoclosure () -> String,
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable> = [:]
  ) { record(.error, text, more) }

  /// Something is odd; Roost goes on.
  public func warning(
    _ text: @autoclosure () -> String,
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable> = [:]
  ) { record(.warning, text, more) }

  /// What an operator expects to read.
  public func info(
    _ text: @autoclosure () -> String,
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable> = [:]
  ) { record(.info, text, more) }

  /// For whoever looks for a fault.
  public func debug(
    _ text: @autoclosure () -> String,
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable> = [:]
  ) { record(.debug, text, more) }

  private func record(
    _ level: LogLevel, _ text: () -> String,
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable>
  ) {
    guard level <= threshold else { return }
    sink.write(level, shortened(text()), merged(more))
  }

  private func merged(
    _ more: KeyValuePairs<LogField, any CustomStringConvertible & Sendable>
  ) -> [(LogField, String)] {
    var all = fields
    for (field, value) in more {
      all.removeAll { $0.0 == field }
      all.append((field, shortened("\(value)")))
    }
    return all
  }

  private func shortened(_ text: String) -> String {
    guard text.utf8.count > Self.maximumTextBytes else { return text }
    return String(decoding: text.utf8.prefix(Self.maximumTextBytes), as: UTF8.self) + "…"
  }
}

private struct SilentSink: LogSink {
  func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)]) {}
}
