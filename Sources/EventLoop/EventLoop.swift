// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
import Glibc
import Synchronization

/// One thread on epoll that is also a Swift executor: descriptors and tasks share it, so a message
/// that arrives is handled without a change of threads.
///
/// It runs tasks made with `Task(executorPreference:)`, their children and the plain actors they
/// call; actors that name its `isolation` stay on it whoever calls them. Nothing that blocks may run
/// here; that is what lanes are for.
public final class EventLoop: Loop {
  /// What a descriptor is ready for.
  public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reading won't block: bytes, a connection, the end, or an error to be read.
    public static let read = Readiness(rawValue: 1)
    /// Writing won't block.
    public static let write = Readiness(rawValue: 2)
  }

  /// Work that makes work goes on so often before descriptors have their turn.
  private static let rounds = 16

  public let isolation: LoopIsolation
  private let epoll: Int32
  private let bell: Bell
  private let queue: WorkQueue
  private let watchers = Mutex<[Int32: @Sendable (Readiness) -> Void]>([:])

  /// Starts the thread. Throws where the kernel gives no descriptors or threads.
  public init(name: String) throws(RoostError) {
    let bell = try Bell()
    self.bell = bell
    queue = WorkQueue(ring: { bell.ring() })
    isolation = LoopIsolation(queue)
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", errno: errno) }
    try control(EPOLL_CTL_ADD, bell.descriptor, .read)
    try start(name)
  }

  // Not when the thread ends, as with the bell.
  deinit { close(epoll) }

  /// Ends the thread after what is queued now. Work queued later is dropped.
  public func stop() { queue.stop() }

  public func execute(_ body: @escaping @Sendable () -> Void) {
    queue.add(.body(body))
  }

  public func executeLast(_ body: @escaping @Sendable () -> Void) {
    queue.addLast(body)
  }

  /// Calls `ready` on the loop's thread whenever `descriptor` is ready for `interest`.
  public func watch(
    _ descriptor: Int32, for interest: Readiness, _ ready: @escaping @Sendable (Readiness) -> Void
  ) throws(RoostError) {
    watchers.withLock { $0[descriptor] = ready }
    do throws(RoostError) {
      try control(EPOLL_CTL_ADD, descriptor, interest)
    } catch {
      watchers.withLock { _ = $0.removeValue(forKey: descriptor) }
      throw error
    }
  }

  /// Changes what a watched descriptor is watched for.
  public func rewatch(_ descriptor: Int32, for interest: Readiness) throws(RoostError) {
    try control(EPOLL_CTL_MOD, descriptor, interest)
  }

  /// Forgets a descriptor; call it before closing. One not watched is fine.
  public func unwatch(_ descriptor: Int32) {
    guard watchers.withLock({ $0.removeValue(forKey: descriptor) }) != nil else { return }
    var unused = epoll_event()
    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused)
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    queue.add(.job(UnownedJob(job)))
  }

  private func control(
    _ operation: Int32, _ descriptor: Int32, _ interest: Readiness
  ) throws(RoostError) {
    var event = epoll_event()
    if interest.contains(.read) { event.events |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
    if interest.contains(.write) { event.events |= EPOLLOUT.rawValue }
    event.data.fd = descriptor
    guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
      throw .system("epoll_ctl", errno: errno)
    }
  }

  private func start(_ name: String) throws(RoostError) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadStart(loop: self, name: name))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
        roost_name_thread(start.name)
        start.loop.run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw .system("pthread_create", errno: code)
    }
    pthread_detach(thread)
  }

  private final class ThreadStart: Sendable {
    let loop: EventLoop
    let name: String

    init(loop: EventLoop, name: String) {
      self.loop = loop
      self.name = name
    }
  }

  private func run() {
    queue.enter()
    var work: [WorkQueue.Work] = []
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while workThrough(&work) {
      let sleeps = queue.fallAsleep()
      let count = epoll_wait(epoll, &events, Int32(events.count), sleeps ? -1 : 0)
      queue.wakeUp()
      for event in events.prefix(Int(max(0, count))) { dispatch(event) }
    }
  }

  /// Does what is queued, and what that queues. False when it was the last.
  private func workThrough(_ work: inout [WorkQueue.Work]) -> Bool {
    var goesOn = true
    for _ in 0..<Self.rounds where goesOn {
      goesOn = queue.take(into: &work)
      if work.isEmpty { break }
      for piece in work { piece.perform(on: self) }
      work.removeAll(keepingCapacity: true)
    }
    for body in queue.takeLast() { body() }
    return goesOn
  }

  private func dispatch(_ event: epoll_event) {
    let descriptor = event.data.fd
    if descriptor == bell.descriptor { return bell.silence() }
    var ready: Readiness = []
    let readable = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
    if event.events & readable != 0 { ready.insert(.read) }
    if event.events & (EPOLLOUT.rawValue | EPOLLERR.rawValue) != 0 { ready.insert(.write) }
    // An earlier event of this round may have unwatched it.
    watchers.withLock { $0[descriptor] }?(ready)
  }
}
