// SPDX-License-Identifier: Apache-2.0

import Base
import Crypto

/// What happened in a run, in order. Two runs went alike exactly when their digests are equal.
public struct History: Sendable {
  /// The events, oldest first; of a long run the last ones only.
  public private(set) var events: [HistoryEvent] = []
  /// How many events were dropped before these.
  public private(set) var dropped = 0
  /// 16 bytes that depend on every event so far, dropped or kept, and on their order.
  public private(set) var digest = [UInt8](repeating: 0, count: 16)
  private let keeping: Int

  /// An empty history.
  ///
  /// - Parameter keeping: at least so many of the last events are kept.
  public init(keeping: Int = .max) {
    self.keeping = max(1, keeping)
  }

  /// How many events there were.
  public var count: Int { dropped + events.count }

  /// `digest` in lower-case hexadecimal.
  public var digestText: String { digest.hexText }

  /// Adds what happened last.
  public mutating func append(_ event: HistoryEvent) {
    digest = BLAKE2b.hash128(digest + event.bytes)
    events.append(event)
    // In batches: each event is moved once at most.
    if events.count / 2 >= keeping {
      let excess = events.count - keeping
      events.removeFirst(excess)
      dropped += excess
    }
  }

  /// Adds what happened last.
  public mutating func append(
    at: Duration, _ actor: String, _ kind: HistoryEvent.Kind, _ text: String,
    subject: String? = nil
  ) {
    append(HistoryEvent(at: at, actor: actor, kind: kind, text: text, subject: subject))
  }

  /// The events about a server, and those that may matter to every server; all of them for nil.
  public func events(about subject: String?) -> [HistoryEvent] {
    guard let subject else { return events }
    return events.filter { $0.subject == subject || ($0.subject == nil && $0.kind.concernsAll) }
  }
}
