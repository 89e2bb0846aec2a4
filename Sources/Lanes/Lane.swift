// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
import Glibc
import Synchronization

/// A thread of its own for calls that block, first in, first out.
///
/// Swift's cooperative pool is as wide as the cores; one libvirt call that hangs there would take
/// half a small machine. Here it takes its own lane only.
public final class Lane: StoppableLane {
  private let core: LaneCore

  /// - Parameters:
  ///   - name: the thread's, of which the kernel keeps 15 bytes.
  ///   - prepare: runs first on the thread, for what belongs to a thread: a namespace, a priority.
  public init(name: String, prepare: (@Sendable () -> Void)? = nil) {
    core = LaneCore()
    core.start(name: name, prepare: prepare)
  }

  deinit { core.stop() }

  /// Refuses further calls. The thread ends after those that wait, and after `last`.
  public func stop(_ last: @escaping @Sendable () -> Void = {}) { core.stop(last) }

  public var stuckOperation: String? {
    core.queue { $0.stuckOperation }
  }

  public func run<T: Sendable>(
    _ operation: String, timeout: Duration,
    _ work: @escaping @Sendable () throws(RoostError) -> T
  ) async throws(RoostError) -> T {
    let result = await withCheckedContinuation { continuation in
      let answer = OneAnswer<T>(continuation)
      let number: UInt64
      do throws(RoostError) {
        number = try core.add(operation) {
          do throws(RoostError) {
            answer.give(.success(try work()))
          } catch {
            answer.give(.failure(error))
          }
        }
      } catch {
        answer.give(.failure(error))
        return
      }
      let core = core
      answer.expiry = Timekeeper.shared.schedule(after: timeout) {
        // Before the answer: who has it must find the lane marked.
        core.expire(number)
        answer.give(
          .failure(
            RoostError(
              .deadlineExceeded, "\(operation) did not end in time.",
              operator: "\(operation) is past its deadline of \(timeout.inSeconds) s")))
      }
    }
    return try result.get()
  }
}

/// A continuation that is resumed by whichever comes first: the result or the deadline.
private final class OneAnswer<T: Sendable>: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Result<T, RoostError>, Never>?
    var expiry: Timekeeper.Ticket?
  }
  private let state: Mutex<State>

  init(_ continuation: CheckedContinuation<Result<T, RoostError>, Never>) {
    state = Mutex(State(continuation: continuation))
  }

  /// What to cancel once the answer is given. Given late, it is cancelled at once.
  var expiry: Timekeeper.Ticket? {
    get { state.withLock { $0.expiry } }
    set {
      let late = state.withLock { state -> Bool in
        state.expiry = newValue
        return state.continuation == nil
      }
      if late, let newValue { Timekeeper.shared.cancel(newValue) }
    }
  }

  /// Resumes the caller unless that was done before; says whether it did.
  @discardableResult
  func give(_ result: Result<T, RoostError>) -> Bool {
    let (continuation, expiry) = state.withLock { state in
      defer { state.continuation = nil }
      return (state.continuation, state.expiry)
    }
    guard let continuation else { return false }
    if let expiry { Timekeeper.shared.cancel(expiry) }
    continuation.resume(returning: result)
    return true
  }
}

/// What a lane shares with its thread: the thread must not keep the lane itself alive.
private final class LaneCore: @unchecked Sendable {
  // `state` is touched only under `mutex`; both live as long as this object.
  private var state = LaneQueue()
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  func queue<R>(_ body: (inout LaneQueue) -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&state)
  }

  func add(
    _ operation: String, _ work: @escaping @Sendable () -> Void
  ) throws(RoostError) -> UInt64 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let number = try state.add(operation, work)
    pthread_cond_signal(changed)
    return number
  }

  func expire(_ number: UInt64) { queue { $0.expire(number) } }

  func stop(_ last: @escaping @Sendable () -> Void = {}) {
    queue { $0.stop(last) }
    pthread_cond_broadcast(changed)
  }

  func start(name: String, prepare: (@Sendable () -> Void)?) {
    startThread(name: name) { [self] in
      prepare?()
      while let job = nextJob() {
        job.work()
        queue { $0.finish() }
      }
    }
  }

  private func nextJob() -> LaneQueue.Job? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      switch state.take() {
      case .work(let job): return job
      case .end: return nil
      case .wait: pthread_cond_wait(changed, mutex)
      }
    }
  }
}
