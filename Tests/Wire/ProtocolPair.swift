// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Wire

/// Two ends of one connection as values, the bytes between them, and a clock that a test turns.
struct ProtocolPair {
  /// One end, with what it has been told and what is on its way to it.
  struct End {
    var rules: WireProtocol
    var events: [WireProtocol.Event] = []
    /// Bytes on their way to this end.
    var arriving: [UInt8] = []
  }

  var dialler: End
  var acceptor: End
  var now = Uptime(nanoseconds: 1)

  /// Two ends that have not heard of each other yet.
  init(limits: WireLimits = WireLimits(), quiet: Duration? = WireProtocol.quiet) {
    dialler = End(
      rules: WireProtocol(
        dialled: true, software: "a/1", limits: limits, quiet: quiet, at: now))
    acceptor = End(
      rules: WireProtocol(
        dialled: false, software: "b/1", limits: limits, quiet: quiet, at: now))
  }

  /// Two ends that have exchanged their prefaces.
  static func connected(
    limits: WireLimits = WireLimits(), quiet: Duration? = WireProtocol.quiet
  ) -> ProtocolPair {
    var pair = ProtocolPair(limits: limits, quiet: quiet)
    pair.settle()
    pair.dialler.events = []
    pair.acceptor.events = []
    return pair
  }

  /// Puts what both ends have to send on its way.
  mutating func transmit(upTo limit: Int = .max) {
    dialler.rules.transmit(into: &acceptor.arriving, upTo: limit)
    acceptor.rules.transmit(into: &dialler.arriving, upTo: limit)
    collect()
  }

  /// Lets an end have up to `count` bytes of what is on its way to it.
  mutating func deliver(to end: WritableKeyPath<ProtocolPair, End>, _ count: Int = .max) {
    let bytes = self[keyPath: end].arriving.prefix(count)
    self[keyPath: end].arriving = Array(self[keyPath: end].arriving.dropFirst(count))
    self[keyPath: end].rules.receive(bytes, at: now)
    collect()
  }

  /// Transmits and delivers until nothing is on its way.
  mutating func settle() {
    repeat {
      transmit()
      deliver(to: \.acceptor)
      deliver(to: \.dialler)
      transmit()
    } while !dialler.arriving.isEmpty || !acceptor.arriving.isEmpty
  }

  /// Lets time pass for both ends.
  mutating func elapse(_ span: Duration) {
    now = now + span
    dialler.rules.elapse(to: now)
    acceptor.rules.elapse(to: now)
    collect()
  }

  /// Asks for a call as the dialler does, message and all.
  mutating func call(
    _ message: [UInt8] = [], milliseconds: UInt32 = 0, by end: WritableKeyPath<ProtocolPair, End>
  ) throws(WireStatus) -> UInt32 {
    let deadline = milliseconds == 0 ? nil : now + .milliseconds(Int64(milliseconds))
    let stream = try self[keyPath: end].rules.open(
      CallHead(milliseconds: milliseconds, method: "s/M"), deadline: deadline)
    try self[keyPath: end].rules.send(stream, message)
    self[keyPath: end].rules.endMessages(stream)
    return stream
  }

  private mutating func collect() {
    dialler.events += dialler.rules.takeEvents()
    acceptor.events += acceptor.rules.takeEvents()
  }
}

extension WireProtocol {
  /// Nothing is under way and nothing is held: what a connection looks like that leaks nothing.
  var isAtRest: Bool {
    streams.isEmpty && turns.isEmpty && servingCount == 0 && queuedBytes == 0
      && waitingBytes == 0 && control.isEmpty && receiveWindow + owed == limits.connectionWindow
  }
}
