// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Log

/// One live connection: carries out what `WireProtocol` decides, on the event loop's thread.
actor Connection: WirePeer {
  /// With more data than this waiting to be sent, new calls of either end are refused.
  static let highWater = 8 << 20
  /// With more control frames than this waiting, nothing more is read: a peer that does not read
  /// answers makes no new ones.
  private static let controlHighWater = 256 << 10
  /// So many bytes are encoded ahead of the socket.
  private static let ahead = 64 << 10
  /// Reads that are taken in one turn, so that one busy peer leaves the loop to the others.
  private static let turn = 64
  private static let readBytes = 16 << 10

  /// How long calls under way may take when this end stops.
  static let stopPatience = Duration.seconds(3)

  nonisolated let identity: PeerIdentity
  nonisolated let address: String?
  nonisolated let loop: any Loop
  let service: any WireService
  let clock: any Clock
  let log: Logger
  private let transport: any Transport
  private let alarms: Alarms

  var rules: WireProtocol
  /// Calls of ours that take one message and wait for one.
  var calls = StreamTable<PendingCall>()
  /// Calls of either end whose messages come and go.
  var open: [UInt32: OpenStream] = [:]
  /// Calls of the peer that take one message.
  var serving = StreamTable<ServedCall>()
  /// Who waits for room to send.
  var writers: [UInt32: [CheckedContinuation<Void, Never>]] = [:]

  private var outgoing: [UInt8] = []
  private var sent = 0
  private var willFlush = false
  private var isHandling = false
  /// Room for events that has been used before.
  private var spareEvents: [WireProtocol.Event] = []
  private var interest: EventLoop.Readiness = .read
  private var alarm: Uptime?
  private(set) var ended: String?
  private var onReady: CheckedContinuation<Void, Never>?
  private var onEnd: [CheckedContinuation<String, Never>] = []

  nonisolated let unownedExecutor: UnownedSerialExecutor

  init(
    _ transport: any Transport, to identity: PeerIdentity, at address: String?, dialled: Bool,
    service: any WireService, terms: ConnectionTerms
  ) {
    self.transport = transport
    self.identity = identity
    self.address = address
    self.service = service
    loop = terms.loop
    unownedExecutor = loop.isolation.asUnownedSerialExecutor()
    clock = terms.clock
    alarms = terms.alarms
    log = terms.log
    rules = WireProtocol(
      dialled: dialled, software: terms.software, limits: terms.limits, quiet: terms.quiet,
      at: terms.clock.uptime)
  }

  /// Begins to read and to serve; returns when the peer's preface has come.
  ///
  /// - Throws: `.unavailable` when it does not come in time.
  func start(by deadline: Uptime) async throws(RoostError) {
    try transport.start { [weak self] ready in
      self?.assumeIsolated { $0.transportReady(ready) }
    }
    perform()
    // GnuTLS may have read past the handshake already.
    receive()
    alarms.set(deadline) { [weak self] in
      self?.assumeIsolated { connection in
        guard connection.rules.phase == .start else { return }
        connection.change { $0.lost("no preface came in time") }
      }
    }
    // An await may let others in before its body runs: what it waits for is looked at there.
    await withCheckedContinuation { continuation in
      guard rules.phase == .start else { return continuation.resume() }
      onReady = continuation
    }
    if let ended, rules.peer == nil {
      throw RoostError(.unavailable, "The connection ended: \(ended).")
    }
  }

  func close(reason: String) {
    // What has been answered already goes out first.
    flush()
    change { $0.close(WireStatus(.unavailable, reason)) }
  }

  func drain(reason: String, patience: Duration) async {
    beginDrain(reason, patience)
    _ = await closed()
  }

  /// Drains from where nothing can be awaited.
  nonisolated func hurry(toDrain reason: String) {
    loop.execute { [weak self] in
      self?.assumeIsolated { $0.beginDrain(reason, Self.stopPatience) }
    }
  }

  private func beginDrain(_ reason: String, _ patience: Duration) {
    change { $0.drain(WireStatus(.unavailable, reason)) }
    guard ended == nil else { return }
    alarms.set(clock.uptime + patience) { [weak self] in
      self?.assumeIsolated { $0.close(reason: reason) }
    }
  }

  func closed() async -> String {
    await withCheckedContinuation { continuation in
      if let ended { return continuation.resume(returning: ended) }
      onEnd.append(continuation)
    }
  }

  /// Tells the rules something, and carries out what follows.
  func change(_ body: (inout WireProtocol) -> Void) {
    body(&rules)
    perform()
  }

  // MARK: The transport

  private func transportReady(_ ready: EventLoop.Readiness) {
    if ready.contains(.write) { flush() }
    if ready.contains(.read) { receive() }
  }

  private var canRead: Bool {
    rules.control.count + outgoing.count - sent <= Self.controlHighWater
  }

  private func receive() {
    var reads = 0
    var isDrained = false
    while ended == nil, canRead, !isDrained {
      guard reads < Self.turn else {
        // Not left to the socket alone: GnuTLS may hold bytes that the socket no longer has.
        loop.execute { [weak self] in self?.assumeIsolated { $0.receive() } }
        break
      }
      reads += 1
      switch rules.receive(from: transport, atMost: Self.readBytes, at: clock.uptime) {
      case .done(let count):
        // A record is never larger than the buffer. If there is another, the loop says so.
        isDrained = count < Self.readBytes
        handleEvents()
      case .wantsRead, .wantsWrite: isDrained = true
      case .closed: change { $0.lost("the peer closed the connection") }
      case .failed(let reason): change { $0.lost(reason) }
      }
    }
    perform()
  }

  private func flush() {
    while ended == nil {
      if sent == outgoing.count {
        outgoing.removeAll(keepingCapacity: outgoing.capacity <= Self.ahead * 2)
        sent = 0
        rules.transmit(into: &outgoing, upTo: Self.ahead)
        if outgoing.isEmpty { break }
      }
      switch transport.send(outgoing[sent...]) {
      case .done(let count): sent += count
      case .wantsRead, .wantsWrite: return updateInterest()
      case .closed: rules.lost("the peer closed the connection")
      case .failed(let reason): rules.lost(reason)
      }
      handleEvents()
    }
    updateInterest()
  }

  private func updateInterest() {
    guard ended == nil else { return }
    var wanted: EventLoop.Readiness = []
    if canRead { wanted.insert(.read) }
    if sent < outgoing.count { wanted.insert(.write) }
    guard wanted != interest else { return }
    interest = wanted
    do throws(RoostError) {
      try transport.want(wanted)
    } catch {
      rules.lost("\(error)")
      handleEvents()
    }
  }

  /// Carries out what the rules have decided. What is to be sent goes out together at the end of the
  /// loop's turn, or as soon as it is much.
  private func perform() {
    handleEvents()
    guard ended == nil else { return }
    setAlarm()
    guard rules.hasOutput, !willFlush else { return }
    guard rules.queuedBytes <= Self.ahead else { return flush() }
    willFlush = true
    loop.executeLast { [weak self] in
      self?.assumeIsolated { connection in
        connection.willFlush = false
        connection.flush()
      }
    }
  }

  private func setAlarm() {
    guard ended == nil, let next = rules.nextAlarm else { return }
    if let alarm, alarm <= next { return }
    alarm = next
    alarms.set(next) { [weak self] in
      self?.assumeIsolated { connection in
        guard connection.alarm == next else { return }
        connection.alarm = nil
        let now = connection.clock.uptime
        connection.change { $0.elapse(to: now) }
      }
    }
  }

  // MARK: What the rules decide

  private func handleEvents() {
    // Whoever is told of an event may change the rules, and what follows has its turn behind it.
    guard !isHandling else { return }
    isHandling = true
    var events: [WireProtocol.Event] = []
    swap(&events, &spareEvents)
    while true {
      rules.takeEvents(into: &events)
      if events.isEmpty { break }
      for event in events { handle(event) }
      events.removeAll(keepingCapacity: events.capacity <= 64)
    }
    swap(&events, &spareEvents)
    isHandling = false
  }

  private func handle(_ event: WireProtocol.Event) {
    switch event {
    case .ready:
      onReady?.resume()
      onReady = nil
    case .opened(let stream, let head): opened(stream, head)
    case .message(let stream, let message): received(message, on: stream)
    case .allMessages(let stream): allReceived(on: stream)
    case .finished(let stream, let ending): finished(stream, ending)
    case .abandoned(let stream, let status): abandoned(stream, status)
    case .writable(let stream): wakeWriters(stream)
    case .draining(let status): log.debug("\(identity) takes no new calls: \(status.message)")
    case .ended(let reason): end(reason)
    }
  }

  private func end(_ reason: String) {
    guard ended == nil else { return }
    // One try to get the goodbye out; the peer may not be listening any more.
    rules.transmit(into: &outgoing, upTo: .max)
    _ = transport.send(outgoing[sent...])
    outgoing = []
    sent = 0
    ended = reason
    transport.close()
    let text = "connection with \(identity) ended: \(reason)"
    if reason.hasPrefix("protocol violation") {
      log.warning("\(text) (from \(address ?? "an unknown address"))")
    } else {
      log.debug(text)
    }
    for stream in writers.keys.sorted() { wakeWriters(stream) }
    onReady?.resume()
    onReady = nil
    for waiter in onEnd { waiter.resume(returning: reason) }
    onEnd = []
  }
}

/// What all connections of a network have in common.
struct ConnectionTerms: Sendable {
  let loop: any Loop
  let clock: any Clock
  let alarms: Alarms
  let software: String
  let log: Logger
  var limits = WireLimits()
  /// How long a silence may be; nil where a peer can't vanish unnoticed.
  var quiet: Duration? = WireProtocol.quiet
}
