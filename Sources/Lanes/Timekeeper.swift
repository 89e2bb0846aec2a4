// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc
import Synchronization

/// One thread that fires the deadlines of all lanes.
///
/// Lanes guard calls into the real kernel and real libraries, so their deadlines are real time. Where
/// all lanes are inline this thread never starts.
final class Timekeeper: @unchecked Sendable {
  /// The process's only one, started by its first use.
  static let shared = Timekeeper()

  /// Names a deadline, to cancel it.
  struct Ticket: Hashable, Sendable {
    fileprivate let at: Uptime
    fileprivate let number: UInt64
  }

  // Touched only under `mutex`. Sorted by time, soonest last, so that firing pops the end.
  private var entries: [(ticket: Ticket, fire: @Sendable () -> Void)] = []
  private var nextNumber: UInt64 = 0
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let clock = SystemClock()

  private init() {
    pthread_mutex_init(mutex, nil)
    // Waits are counted on CLOCK_MONOTONIC: setting the wall clock must not move a deadline.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    startThread(name: "deadlines") { [self] in watch() }
  }

  /// Calls `fire` on the timekeeper's thread when `span` has passed, unless cancelled before.
  func schedule(after span: Duration, _ fire: @escaping @Sendable () -> Void) -> Ticket {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    nextNumber += 1
    let ticket = Ticket(at: clock.uptime + span, number: nextNumber)
    let place = place(of: ticket)
    entries.insert((ticket, fire), at: place)
    if place == entries.count - 1 { pthread_cond_signal(changed) }
    return ticket
  }

  /// Forgets a deadline; one that has fired is fine.
  func cancel(_ ticket: Ticket) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let place = place(of: ticket)
    if place < entries.count, entries[place].ticket == ticket { entries.remove(at: place) }
  }

  /// The first index whose entry is not later than `ticket`.
  private func place(of ticket: Ticket) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let other = entries[middle].ticket
      if (other.at, other.number) > (ticket.at, ticket.number) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private func watch() {
    pthread_mutex_lock(mutex)
    while true {
      guard let next = entries.last else {
        pthread_cond_wait(changed, mutex)
        continue
      }
      let left = next.ticket.at - clock.uptime
      guard left <= .zero else {
        wait(atMost: left)
        continue
      }
      entries.removeLast()
      pthread_mutex_unlock(mutex)
      next.fire()
      pthread_mutex_lock(mutex)
    }
  }

  private func wait(atMost span: Duration) {
    var until = timespec()
    clock_gettime(CLOCK_MONOTONIC, &until)
    let nanoseconds = Int64(until.tv_nsec) + span.microseconds % 1_000_000 * 1000 + 1000
    until.tv_sec += Int(span.microseconds / 1_000_000 + nanoseconds / 1_000_000_000)
    until.tv_nsec = Int(nanoseconds % 1_000_000_000)
    pthread_cond_timedwait(changed, mutex, &until)
  }
}
