// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization

/// What clients ask and are told, with the time of the timeline, to be judged at the end.
final class Ledger: Sendable {
  private let timeline: Timeline
  private let history = Mutex(ClientHistory())
  private let reported = Mutex<[Violation]>([])
  /// Servers of which somebody has asked for the removal.
  private let unwanted = Mutex<Set<String>>([])

  init(_ timeline: Timeline) { self.timeline = timeline }

  /// A client asks; the number is for its answer.
  func ask(_ client: String, _ request: ClientRequest, of key: String) -> Int {
    history.withLock { $0.ask(client, request, of: key, at: now) }
  }

  /// The client is told something. What leaves open whether it was done is no answer.
  func answer(_ number: Int, _ answer: ClientAnswer?) {
    guard let answer else { return }
    history.withLock { $0.answer(number, answer, at: now) }
  }

  /// A backup may have been put back.
  ///
  /// - Parameter settled: by when every node has told what it knows.
  func restore(backup: Duration, settled: Duration) {
    history.withLock { $0.restore(backup: backup, at: now, settled: settled) }
  }

  /// Somebody asks for the removal of a server or of an orphan: from now on it may go.
  func give(up instance: String) { _ = unwanted.withLock { $0.insert(instance) } }

  /// Whether anybody ever did.
  func isGivenUp(_ instance: String) -> Bool { unwanted.withLock { $0.contains(instance) } }

  /// A client was told what it must never be.
  func report(_ violation: Violation) { reported.withLock { $0.append(violation) } }

  /// What clients must not have been told, and what can't be put in any order.
  var violations: [Violation] {
    reported.withLock { $0 }
      + history.withLock { $0.check() }.violations.map { Violation(.linearizable, "\($0)") }
  }

  private var now: Duration { timeline.now - Uptime(nanoseconds: 0) }
}
