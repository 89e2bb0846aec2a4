// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Glibc
import Log

/// One live TLS connection: carries out what `WireProtocol` decides, on the event loop's thread.
actor Connection: WirePeer {
  /// When nothing was heard for this long, the peer is asked for a sign of life; after three times
  /// this long it is given up.
  static let quiet = Duration.seconds(10)
  /// With more than this waiting to be sent we stop reading: a peer that doesn't take its answers
  /// gets no new work done.
  private static let highWater = 8 << 20
  /// TLS records that are taken in one turn, so that one busy peer leaves the loop to the others.
  private static let turn = 64

  nonisolated let identity: PeerIdentity
  nonisolated let address: String?
  private nonisolated let loop: EventLoop
  private let descriptor: Int32
  private let session: TLSSession
  private let service: any WireService
  private let clock: any Clock
  private let log: Logger

  private var rules: WireProtocol
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var interest: EventLoop.Readiness = []
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)
  private var calls: [UInt32: CheckedContinuation<Result<[UInt8], WireStatus>, Never>] = [:]
  private var serving: [UInt32: Task<Void, Never>] = [:]
  private var keepalive: Task<Void, Never>?
  private var lastHeard: Uptime
  private var ended: String?
  private var onEnd: [CheckedContinuation<String, Never>] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(
    _ transport: (descriptor: Int32, session: TLSSession, identity: PeerIdentity),
    dialled: Bool, service: any WireService, network: TLSNetwork
  ) {
    descriptor = transport.descriptor
    session = transport.session
    identity = transport.identity
    address = peerAddress(transport.descriptor)
    loop = network.loop
    self.service = service
    clock = network.clock
    log = network.log
    rules = WireProtocol(dialled: dialled, software: network.software)
    lastHeard = network.clock.uptime
  }

  /// Dropped without `close`: the peer finds the connection ended, without a reason.
  deinit {
    guard ended == nil else { return }
    keepalive?.cancel()
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
  }

  /// Begins to read and to serve.
  func start() throws(RoostError) {
    interest = .read
    try loop.watch(descriptor, for: .read) { [weak self] ready in
      self?.assumeIsolated { $0.socketReady(ready) }
    }
    perform(rules.begin())
    keepalive = Task(executorPreference: loop) { [weak self, clock] in
      while (try? await clock.sleep(for: Self.quiet)) != nil {
        guard let self else { return }
        await self.checkLife()
      }
    }
    // GnuTLS may have read past the handshake already.
    receive()
  }

  // MARK: WirePeer

  func call(
    _ method: String, _ request: [UInt8], timeout: Duration
  ) async throws(WireStatus) -> [UInt8] {
    let late = WireStatus(.deadlineExceeded, "\(method) had no answer in \(timeout.inSeconds) s")
    guard request.count <= WireProtocol.maximumMessage else {
      throw WireStatus(.resourceExhausted, "\(method): \(request.count) bytes are too many")
    }
    guard outgoing.count - sent <= Self.highWater else {
      throw WireStatus(.resourceExhausted, "\(method): the peer does not take what is sent")
    }
    let milliseconds = UInt32(clamping: max(1, timeout.microseconds / 1000))
    guard let (stream, actions) = rules.call(method, request, milliseconds: milliseconds) else {
      throw WireStatus(.unavailable, "\(method): the connection ended: \(ended ?? "unknown")")
    }
    let clock = clock
    let timer = Task(executorPreference: loop) { [weak self] in
      guard (try? await clock.sleep(for: timeout)) != nil else { return }
      await self?.giveUp(stream, late)
    }
    defer { timer.cancel() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        calls[stream] = continuation
        perform(actions)
      }
    } onCancel: {
      loop.execute { [weak self] in
        self?.assumeIsolated { $0.giveUp(stream, WireStatus(.cancelled, "the caller gave up")) }
      }
    }
    return try outcome.get()
  }

  func close(reason: String) {
    perform(rules.close(reason))
  }

  /// Closes from where nothing can be awaited.
  nonisolated func hurry(to reason: String) {
    loop.execute { [weak self] in self?.assumeIsolated { $0.close(reason: reason) } }
  }

  func closed() async -> String {
    if let ended { return ended }
    return await withCheckedContinuation { onEnd.append($0) }
  }

  private func giveUp(_ stream: UInt32, _ status: WireStatus) {
    perform(rules.cancel(stream, status))
  }

  private func checkLife() {
    let silence = clock.uptime - lastHeard
    if silence >= Self.quiet * 3 {
      perform(rules.lost("nothing was heard for \(silence.inSeconds) s"))
    } else if silence >= Self.quiet {
      perform(rules.ping())
    }
  }

  // MARK: The socket

  private func socketReady(_ ready: EventLoop.Readiness) {
    if ready.contains(.write) { flush() }
    if ready.contains(.read) { receive() }
  }

  private func receive() {
    var taken = 0
    while ended == nil, outgoing.count - sent <= Self.highWater {
      guard taken < Self.turn else {
        // Not left to the socket alone: GnuTLS may hold bytes that the socket no longer has.
        loop.execute { [weak self] in self?.assumeIsolated { $0.receive() } }
        break
      }
      taken += 1
      let outcome = buffer.withUnsafeMutableBytes { session.receive(into: $0) }
      switch outcome {
      case .done(let count):
        lastHeard = clock.uptime
        perform(rules.receive(buffer[..<count]))
      case .wantsRead, .wantsWrite: return updateInterest()
      case .closed: perform(rules.lost("the peer closed the connection"))
      case .failed(let reason): perform(rules.lost(reason))
      }
    }
    updateInterest()
  }

  private func flush() {
    while ended == nil, sent < outgoing.count {
      let outcome = outgoing.withUnsafeBytes { bytes in
        // GnuTLS wants the same bytes again after a refusal; the front does not move until then.
        session.send(UnsafeRawBufferPointer(rebasing: bytes[sent...].prefix(16 << 10)))
      }
      switch outcome {
      case .done(let count): sent += count
      case .wantsRead, .wantsWrite:
        dropSent()
        return updateInterest()
      case .closed: return lose("the peer closed the connection")
      case .failed(let reason): return lose(reason)
      }
    }
    if sent == outgoing.count {
      outgoing.removeAll(keepingCapacity: outgoing.capacity <= 64 << 10)
      sent = 0
    }
    updateInterest()
  }

  /// Ends for what the transport says. The end tries to send once more, which leads here again where
  /// nothing can be sent; then there is nothing left to do.
  private func lose(_ reason: String) {
    let actions = rules.lost(reason)
    if !actions.isEmpty { perform(actions) }
  }

  /// A peer that is always a little behind would otherwise let the buffer grow for ever.
  private func dropSent() {
    guard sent >= 1 << 20 else { return }
    outgoing.removeFirst(sent)
    sent = 0
  }

  private func updateInterest() {
    guard ended == nil else { return }
    var wanted: EventLoop.Readiness = []
    if outgoing.count - sent <= Self.highWater { wanted.insert(.read) }
    if sent < outgoing.count { wanted.insert(.write) }
    guard wanted != interest else { return }
    interest = wanted
    do throws(RoostError) {
      try loop.rewatch(descriptor, for: wanted)
    } catch {
      perform(rules.lost("\(error)"))
    }
  }

  // MARK: What the protocol decides

  private func perform(_ actions: [WireProtocol.Action]) {
    for action in actions {
      switch action {
      case .send(let bytes): outgoing += bytes
      case .serve(let stream, let method, let request, let milliseconds):
        serve(stream, method, request, .milliseconds(Int64(milliseconds)))
      case .abandon(let stream): serving.removeValue(forKey: stream)?.cancel()
      case .complete(let stream, let reply):
        calls.removeValue(forKey: stream)?.resume(returning: .success(reply))
      case .fail(let stream, let status):
        calls.removeValue(forKey: stream)?.resume(returning: .failure(status))
      case .end(let reason): end(reason)
      }
    }
    if ended == nil { flush() }
  }

  private func serve(
    _ stream: UInt32, _ method: String, _ request: [UInt8], _ timeout: Duration
  ) {
    let service = service
    let clock = clock
    serving[stream] = Task(executorPreference: loop) {
      let outcome = await withTaskGroup(of: Result<[UInt8], WireStatus>.self) { group in
        group.addTask {
          do throws(WireStatus) {
            return .success(try await service.serve(method, request, from: self))
          } catch {
            return .failure(error)
          }
        }
        group.addTask {
          try? await clock.sleep(for: timeout)
          return .failure(WireStatus(.deadlineExceeded, "\(method) took too long"))
        }
        let first = await group.next()
        group.cancelAll()
        return first ?? .failure(WireStatus(.internal, "\(method) came to no end"))
      }
      await self.answer(stream, outcome)
    }
  }

  private func answer(_ stream: UInt32, _ outcome: Result<[UInt8], WireStatus>) {
    serving[stream] = nil
    switch outcome {
    case .success(let reply) where reply.count > WireProtocol.maximumMessage:
      let status = WireStatus(.resourceExhausted, "the reply has \(reply.count) bytes")
      perform(rules.refuse(stream, status))
    case .success(let reply): perform(rules.reply(stream, reply))
    case .failure(let status): perform(rules.refuse(stream, status))
    }
  }

  private func end(_ reason: String) {
    guard ended == nil else { return }
    // One try to get the goodbye out; the peer may not be listening any more.
    flush()
    ended = reason
    session.sayGoodbye()
    keepalive?.cancel()
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
    log.debug("connection with \(identity) ended: \(reason)")
    for waiter in onEnd { waiter.resume(returning: reason) }
    onEnd = []
  }
}
