// SPDX-License-Identifier: Apache-2.0

public import Base
public import Lanes
public import Log
import Synchronization

/// The hypervisor behind a libvirtd.
///
/// Three connections, so that neither a slow inventory nor a flood of events stands before work on
/// a guest, and libvirtd's limit of requests per client is not shared. Work on one guest runs on
/// that guest's lane.
public final class LibvirtHypervisor: Hypervisor {
  /// The three connections of one success at connecting.
  struct Session: Sendable {
    let work: LibvirtConnection
    let survey: LibvirtConnection
    let events: LibvirtConnection
  }

  private enum Link {
    case up(Session)
    case down(reason: String)
  }

  /// What runs guests here; written into every definition.
  public let virtualization: Virtualization
  let uri: String
  private let lanes: LanePool
  private let surveyLane = Lane(name: "libvirt-survey")
  private let connectLane = Lane(name: "libvirt-open")
  private let clock: any Clock
  private let randomness: any Randomness
  private let log: Logger
  private let feed = EventFeed(disconnected: "not connected yet")
  private let link = Mutex(Link.down(reason: "not connected yet"))

  /// A hypervisor that connects once `run` runs.
  ///
  /// - Parameters:
  ///   - uri: libvirt's, such as `qemu:///system`.
  ///   - lanes: for work on guests, keyed by instance.
  public init(
    uri: String, virtualization: Virtualization, lanes: LanePool, clock: any Clock,
    randomness: any Randomness, log: Logger
  ) {
    self.uri = uri
    self.virtualization = virtualization
    self.lanes = lanes
    self.clock = clock
    self.randomness = randomness
    self.log = log
  }

  public func events() -> AsyncStream<HypervisorEvent> { feed.stream() }

  /// Connects, and connects again whenever libvirtd goes away, until the task is cancelled.
  public func run() async {
    var backoff = Backoff(first: .milliseconds(100), limit: .seconds(5))
    while !Task.isCancelled {
      let (losses, loss) = AsyncStream.makeStream(
        of: String.self, bufferingPolicy: .bufferingOldest(1))
      do throws(RoostError) {
        let session = try await connect(loss)
        backoff.reset()
        link.withLock { $0 = .up(session) }
        log.info("connected to libvirt at \(uri)")
        feed.tell(.connected)
        let reason = await losses.first { _ in true } ?? "Roost is stopping"
        log.warning("lost libvirt at \(uri): \(reason)")
        goDown(reason)
        await close(session)
      } catch {
        log.debug("no connection to libvirt at \(uri): \(error)")
        goDown(error.operator ?? error.user)
      }
      try? await clock.sleep(for: backoff.next(randomness))
    }
  }

  private func goDown(_ reason: String) {
    link.withLock { $0 = .down(reason: reason) }
    feed.tell(.disconnected(reason: reason))
  }

  private func connect(
    _ loss: AsyncStream<String>.Continuation
  ) async throws(RoostError) -> Session {
    let lost: @Sendable (String) -> Void = { loss.yield($0) }
    let feed = feed
    let uri = uri
    return try await connectLane.run("connect to libvirt", timeout: .seconds(20)) {
      () throws(RoostError) in
      let events = try LibvirtConnection(uri: uri, lost: lost)
      try events.watchLifecycles { feed.tell($0) }
      return Session(
        work: try LibvirtConnection(uri: uri, lost: lost),
        survey: try LibvirtConnection(uri: uri, lost: lost), events: events)
    }
  }

  /// Failing to close in time is no matter: the connections are lost already.
  private func close(_ session: Session) async {
    _ = try? await connectLane.run("close libvirt's connections", timeout: .seconds(10)) {
      session.work.close()
      session.survey.close()
      session.events.close()
    }
  }

  private func session() throws(RoostError) -> Session {
    switch link.withLock({ $0 }) {
    case .up(let session): return session
    case .down(let reason):
      throw RoostError(
        .unavailable, "The hypervisor does not answer.",
        operator: "no connection to libvirt at \(uri): \(reason)")
    }
  }

  /// Runs a call on a guest's lane.
  func work<T: Sendable>(
    _ operation: String, on id: InstanceID, timeout: Duration,
    _ body: @escaping @Sendable (LibvirtConnection) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    let connection = try session().work
    return try await lanes.lane(for: "\(id)").run("\(operation) \(id)", timeout: timeout) {
      () throws(RoostError) in try body(connection)
    }
  }

  /// Runs a call that only looks.
  func survey<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ body: @escaping @Sendable (LibvirtConnection) throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    let connection = try session().survey
    return try await surveyLane.run(operation, timeout: timeout) {
      () throws(RoostError) in try body(connection)
    }
  }
}
