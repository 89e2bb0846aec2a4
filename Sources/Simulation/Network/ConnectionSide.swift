// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop

/// One end of a simulated connection: what its machine's kernel knows, and whose it is.
struct ConnectionSide {
  /// What its machine's kernel knows of it. `gone` before a SYN has come, too.
  var endpoint: TCPEndpoint
  /// Whose it is, until that lets go or is killed.
  var process: SimulatedProcess?

  // What the process waits for.
  var interest: EventLoop.Readiness = []
  var ready: (@Sendable (EventLoop.Readiness) -> Void)?
  /// Whether the process is about to be told.
  var isWaking = false
  /// Whether it has been told of the failure, which it is whatever it waits for.
  var knowsFailure = false

  // What it sends.
  var way: Routes.Way
  /// When what it has sent last arrives.
  var lastArrival = Uptime(nanoseconds: 0)
  /// Set while something of the connection is known to have been lost.
  var timer: Timeline.Ticket?

  /// Acknowledgements under way to it that nobody waits for: they are taken when it is looked at next,
  /// which spares an event for each.
  var acknowledgements: [(time: Uptime, place: UInt64, limit: UInt64)] = []
  /// Whether they are waited for by now.
  var isSettling = false

  init(_ way: Routes.Way, _ endpoint: TCPEndpoint, of process: SimulatedProcess?) {
    self.way = way
    self.endpoint = endpoint
    self.process = process
  }

  /// What the process is to be told now.
  var readiness: EventLoop.Readiness {
    if endpoint.failure != nil, !knowsFailure { return [.read, .write] }
    var readiness: EventLoop.Readiness = []
    if interest.contains(.read), endpoint.isReadable { readiness.insert(.read) }
    if interest.contains(.write), endpoint.isWritable { readiness.insert(.write) }
    return readiness
  }

  /// Takes the acknowledgements that have come by now. Returns whether there were any.
  mutating func settle(at now: Uptime) -> Bool {
    var come = 0
    while come < acknowledgements.count, acknowledgements[come].time <= now {
      let told = acknowledgements[come]
      endpoint.acknowledge(told.place, limit: told.limit, at: told.time)
      come += 1
    }
    if come > 0 { acknowledgements.removeFirst(come) }
    return come > 0
  }

  /// The machine forgets it.
  mutating func vanish() {
    endpoint.vanish()
    acknowledgements = []
  }
}
