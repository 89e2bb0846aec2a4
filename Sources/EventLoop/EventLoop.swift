// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
import Glibc
import Synchronization

/// One thread on epoll that is also a Swift executor: descriptors and tasks share it, so a message
/// that arrives is handled without a change of threads.
///
/// As a `TaskExecutor` it runs tasks made with `Task(executorPreference:)`, their children and the
/// plain actors they call. As a `SerialExecutor` it runs actors that name it. Nothing that blocks
/// may run here; that is what lanes are for.
public final class EventLoop: TaskExecutor, SerialExecutor {
  /// What a descriptor is ready for.
  public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reading won't block: bytes, a connection, the end, or an error to be read.
    public static let read = Readiness(rawValue: 1)
    /// Writing won't block.
    public static let write = Readiness(rawValue: 2)
  }

  private let epoll: Int32
  private let wake: Int32
  private let shared = Mutex(Shared())
  private let watchers = Mutex<[Int32: @Sendable (Readiness) -> Void]>([:])

  private struct Shared {
    var jobs: [Work] = []
    var thread: pthread_t?
    var stopping = false
    /// The thread waits for descriptors, or is about to: new work has to ring.
    var isAsleep = false
  }

  private enum Work {
    case job(UnownedJob)
    case body(@Sendable () -> Void)
  }

  /// Starts the thread. Throws where the kernel gives no descriptors or threads.
  public init(name: String) throws(RoostError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", errno: errno) }
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard wake >= 0 else { throw .system("eventfd", errno: errno) }
    try control(EPOLL_CTL_ADD, wake, .read)
    try start(name)
  }

  // Not when the thread ends: whoever rings or unwatches after that would reach another's descriptor,
  // which has got the number meanwhile.
  deinit {
    close(epoll)
    close(wake)
  }

  /// Ends the thread after what is queued now. Work queued later is dropped.
  public func stop() {
    shared.withLock { $0.stopping = true }
    ring()
  }

  /// Runs `body` on the loop's thread, behind what is queued.
  public func execute(_ body: @escaping @Sendable () -> Void) {
    add(.body(body))
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
    add(.job(UnownedJob(job)))
  }

  /// Lets `assumeIsolated` succeed in callbacks of `watch` and `execute`, which run outside tasks.
  public func checkIsolated() {
    precondition(isCurrentThread, "not on the event loop's thread")
  }

  private var isCurrentThread: Bool {
    shared.withLock { shared in
      shared.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
    }
  }

  private func add(_ work: Work) {
    let isAsleep = shared.withLock { shared in
      shared.jobs.append(work)
      defer { shared.isAsleep = false }
      return shared.isAsleep
    }
    // Awake, the thread looks before it sleeps; most work comes from the thread itself.
    if isAsleep { ring() }
  }

  private func ring() {
    var one: UInt64 = 1
    // Full counter means the loop will wake anyway.
    _ = write(wake, &one, 8)
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
    shared.withLock { $0.thread = pthread_self() }
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while true {
      let (jobs, stopping) = shared.withLock { shared in
        defer { shared.jobs = [] }
        return (shared.jobs, shared.stopping)
      }
      for work in jobs { perform(work) }
      if stopping { break }
      let sleeps = shared.withLock { shared in
        shared.isAsleep = shared.jobs.isEmpty && !shared.stopping
        return shared.isAsleep
      }
      let count = epoll_wait(epoll, &events, Int32(events.count), sleeps ? -1 : 0)
      shared.withLock { $0.isAsleep = false }
      for event in events.prefix(Int(max(0, count))) { dispatch(event) }
    }
  }

  private func perform(_ work: Work) {
    switch work {
    case .job(let job):
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    case .body(let body): body()
    }
  }

  private func dispatch(_ event: epoll_event) {
    let descriptor = event.data.fd
    if descriptor == wake {
      var count: UInt64 = 0
      _ = read(wake, &count, 8)
      return
    }
    var ready: Readiness = []
    let readable = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
    if event.events & readable != 0 { ready.insert(.read) }
    if event.events & (EPOLLOUT.rawValue | EPOLLERR.rawValue) != 0 { ready.insert(.write) }
    // An earlier event of this round may have unwatched it.
    watchers.withLock { $0[descriptor] }?(ready)
  }
}
