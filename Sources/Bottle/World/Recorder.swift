// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Simulation
import Synchronization

/// Writes a run's history down, with the time of the timeline.
final class Recorder: Sendable {
  private let timeline: Timeline
  private let history: Mutex<History>

  init(_ timeline: Timeline, keeping: Int) {
    self.timeline = timeline
    history = Mutex(History(keeping: keeping))
  }

  /// What happened so far.
  var soFar: History { history.withLock { $0 } }

  func tell(_ actor: String, _ kind: HistoryEvent.Kind, _ text: String, subject: String? = nil) {
    let at = timeline.now - Uptime(nanoseconds: 0)
    history.withLock { $0.append(at: at, actor, kind, text, subject: subject) }
  }

  /// A log that becomes part of the history.
  func log(of actor: String, threshold: LogLevel = .info) -> Logger {
    Logger(RecordedLog(actor: actor, recorder: self), threshold: threshold)
  }
}

/// What a program logs, as events.
private struct RecordedLog: LogSink {
  let actor: String
  let recorder: Recorder

  func write(_ level: LogLevel, _ text: String, _ fields: [(LogField, String)]) {
    let subject = fields.first { $0.0 == .instance }?.1
    let mark = level == .info || level == .debug ? "" : "\(level): "
    recorder.tell(actor, .log, mark + text, subject: subject)
  }
}
