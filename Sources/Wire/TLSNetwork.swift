// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
public import EventLoop
import Glibc
public import Lanes
public import Log
import Synchronization

/// The network as it is: TCP, TLS 1.3 both ways, on an event loop.
public final class TLSNetwork: Network {
  /// From the first packet to an authenticated connection.
  public static let patience = Duration.seconds(10)
  /// So many strangers may be in a handshake at once; more wait in the kernel's queue, unheard.
  private static let maximumStrangers = 512

  /// How long the listener rests when the kernel has no descriptor for a peer.
  private static let breather = Duration.milliseconds(200)

  let loop: EventLoop
  let clock: any Clock
  let log: Logger
  let software: String
  private let alarms: Alarms
  private let credentials: any CredentialSource
  private let admission: any PeerAdmission
  private let resolver: any LaneRunning
  private let strangers = Mutex(Strangers())
  /// A step of a handshake takes half a millisecond of the CPU. A fleet that comes back takes them one
  /// by one, and what else the loop has to do gets its turn in between.
  private let handshakes = Turnstile()

  private struct Strangers {
    var count = 0
    /// Whether the listener is not watched until some of them have gone.
    var isFull = false
  }

  /// - Parameters:
  ///   - software: what this end calls itself in the preface, as `roost-agent/0.1.0`.
  ///   - admission: who may connect to this end, beyond what certificates prove.
  ///   - resolver: where names are looked up; a thread of its own unless one is given.
  public init(
    _ credentials: any CredentialSource, loop: EventLoop, clock: any Clock, software: String,
    log: Logger, admission: any PeerAdmission = CertificatesOnly(),
    resolver: any LaneRunning = Lane(name: "resolve")
  ) {
    self.resolver = resolver
    self.credentials = credentials
    self.admission = admission
    self.loop = loop
    self.clock = clock
    self.software = software
    self.log = log
    alarms = Alarms(loop: loop, clock: clock)
  }

  public func dial(
    _ address: String, service: any WireService
  ) async throws(RoostError) -> any WirePeer {
    let deadline = clock.uptime + Self.patience
    let target = try await resolver.run("resolve \(address)", timeout: Self.patience) {
      () throws(RoostError) in try SocketAddress(resolving: address)
    }
    let descriptor = try target.socket()
    do throws(RoostError) {
      try await connect(descriptor, target, address, deadline)
    } catch {
      loop.unwatch(descriptor)
      close(descriptor)
      throw error
    }
    return try await authenticate(descriptor, .dialler, expecting: [.controller], service, deadline)
  }

  private func connect(
    _ descriptor: Int32, _ target: SocketAddress, _ address: String, _ deadline: Uptime
  ) async throws(RoostError) {
    setNoDelay(descriptor)
    if target.with({ Glibc.connect(descriptor, $0, $1) }) == 0 { return }
    guard errno == EINPROGRESS else { throw .unreachable(address, errno) }
    let wait = SocketWait(loop, descriptor)
    guard await wait.ready(for: .write, until: deadline, clock: clock) else {
      throw RoostError(.unavailable, "\(address) did not answer in time.")
    }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    guard code == 0 else { throw .unreachable(address, code) }
  }

  public func listen(
    on address: String, service: any WireService,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    try await listen(on: address, service: service, bound: { _ in }, accepted: accepted)
  }

  /// Listens, and tells which address it got: port 0 asks for any.
  public func listen(
    on address: String, service: any WireService, bound: @Sendable (String) -> Void,
    accepted: @escaping @Sendable (any WirePeer) async -> Void
  ) async throws(RoostError) {
    let listener = try await resolver.run("listen on \(address)", timeout: Self.patience) {
      () throws(RoostError) in try openListener(address)
    }
    let (arrivals, arrive) = AsyncStream.makeStream(of: Arrival.self)
    do throws(RoostError) {
      try loop.watch(listener, for: .read) { [self] _ in
        while hasRoom(listener), let arrival = acceptOne(listener) {
          arrive.yield(arrival)
          guard case .peer = arrival else { return }
        }
      }
    } catch {
      close(listener)
      throw error
    }
    // The first timer of a process takes descriptors of its own. Peers must not have taken them all
    // by then: no deadline would ever end.
    try? await clock.sleep(for: .milliseconds(1))
    bound(boundAddress(listener))
    await withDiscardingTaskGroup { group in
      for await arrival in arrivals {
        switch arrival {
        case .peer(let descriptor):
          group.addTask { [self] in await welcome(descriptor, on: listener, service, accepted) }
        case .refused:
          group.addTask { [self] in
            try? await clock.sleep(for: Self.breather)
            try? loop.rewatch(listener, for: .read)
          }
        }
      }
      group.cancelAll()
    }
    loop.unwatch(listener)
    close(listener)
  }

  /// What came of an attempt to accept.
  private enum Arrival: Sendable {
    case peer(Int32)
    /// The kernel has no descriptor or memory to spare; the listener is not watched any more.
    case refused
  }

  private func acceptOne(_ listener: Int32) -> Arrival? {
    while true {
      let descriptor = roost_accept(listener)
      guard descriptor >= 0 else {
        switch -descriptor {
        case EAGAIN: return nil
        case ECONNABORTED, EINTR: continue
        default:
          // The backlog keeps the peer. It would wake the loop again and again for nothing.
          log.warning("accept: \(systemErrorText(-descriptor))")
          try? loop.rewatch(listener, for: [])
          return .refused
        }
      }
      strangers.withLock { $0.count += 1 }
      return .peer(descriptor)
    }
  }

  /// Whether one more may be greeted now. If not, the listener rests until one has gone.
  private func hasRoom(_ listener: Int32) -> Bool {
    strangers.withLock { strangers in
      guard strangers.count >= Self.maximumStrangers else { return true }
      if !strangers.isFull {
        strangers.isFull = true
        log.warning("\(strangers.count) handshakes are under way; more connections wait")
        try? loop.rewatch(listener, for: [])
      }
      return false
    }
  }

  private func strangerLeft(_ listener: Int32) {
    strangers.withLock { strangers in
      strangers.count -= 1
      guard strangers.isFull, strangers.count <= Self.maximumStrangers / 2 else { return }
      strangers.isFull = false
      try? loop.rewatch(listener, for: .read)
    }
  }

  private func welcome(
    _ descriptor: Int32, on listener: Int32, _ service: any WireService,
    _ accepted: @Sendable (any WirePeer) async -> Void
  ) async {
    let deadline = clock.uptime + Self.patience
    let place = peerAddress(descriptor) ?? "a peer that has gone"
    setNoDelay(descriptor)
    let welcome: [PeerIdentity.Role] =
      admission.takesAnonymous ? [.node, .anonymous] : [.node]
    let outcome: Result<Connection, RoostError>
    do throws(RoostError) {
      outcome = .success(
        try await authenticate(
          descriptor, .acceptor, expecting: welcome, service, deadline))
    } catch {
      outcome = .failure(error)
    }
    strangerLeft(listener)
    switch outcome {
    case .success(let connection):
      await withTaskCancellationHandler {
        await accepted(connection)
      } onCancel: {
        // Whoever waits for the connection's end must not keep the listener from its own.
        connection.hurry(toDrain: "this end stops")
      }
      await connection.close(reason: "done")
    case .failure(let error):
      log.warning("refused a connection from \(place): \(error.user)")
    }
  }

  /// The descriptor is the connection's from here on, or closed.
  private func authenticate(
    _ descriptor: Int32, _ end: TLSSession.End, expecting roles: [PeerIdentity.Role],
    _ service: any WireService, _ deadline: Uptime
  ) async throws(RoostError) -> Connection {
    let session: TLSSession
    do throws(RoostError) {
      session = try TLSSession(
        end, credentials.current(), descriptor: descriptor,
        takesAnonymous: admission.takesAnonymous)
    } catch {
      close(descriptor)
      throw error
    }
    let transport = TLSTransport(descriptor: descriptor, session: session, loop: loop)
    let wait = SocketWait(loop, descriptor)
    while true {
      let interest: EventLoop.Readiness
      switch await handshakes.pass({ session.handshake() }) {
      case .done, .closed:
        // GnuTLS says success with 0 here.
        guard let identity = session.peer(), roles.contains(identity.role) else {
          throw RoostError(
            .forbidden,
            "The peer's certificate names no "
              + "\(end == .dialler ? "controller" : "node") of this fleet.")
        }
        if end == .acceptor, let reason = admission.refusal(of: identity) {
          session.sayRevoked()
          throw RoostError(.forbidden, "\(identity): \(reason)")
        }
        let connection = Connection(
          transport, to: identity, at: peerAddress(descriptor), dialled: end == .dialler,
          service: service,
          terms: ConnectionTerms(
            loop: loop, clock: clock, alarms: alarms, software: software, log: log))
        try await connection.start(by: deadline)
        return connection
      case .wantsRead: interest = .read
      case .wantsWrite: interest = .write
      case .failed(let reason):
        throw RoostError(.unavailable, "The TLS handshake failed: \(reason).")
      }
      guard await wait.ready(for: interest, until: deadline, clock: clock) else {
        throw RoostError(
          .unavailable,
          "The TLS handshake did not end within \(Self.patience.inSeconds) seconds.")
      }
    }
  }
}

private func openListener(_ address: String) throws(RoostError) -> Int32 {
  let target = try SocketAddress(resolving: address)
  let descriptor = try target.socket()
  var on: Int32 = 1
  setsockopt(
    descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
  guard target.with({ bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 4096) == 0 else {
    let code = errno
    close(descriptor)
    throw RoostError(
      .unavailable, "Can't listen on \(address): \(systemErrorText(code)).")
  }
  return descriptor
}

extension RoostError {
  fileprivate static func unreachable(_ address: String, _ code: Int32) -> RoostError {
    RoostError(.unavailable, "\(address) can't be reached: \(systemErrorText(code)).")
  }
}
