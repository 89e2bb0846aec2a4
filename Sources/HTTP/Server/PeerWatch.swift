// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc
import Synchronization

/// Notices that a peer closes during its request. MHD does not while the connection is suspended,
/// and may not when the end arrives together with data.
///
/// One epoll set that a thread of the server waits on. A peer that half-closes counts as gone:
/// HTTP clients that still want the answer don't.
final class PeerWatch: Sendable {
  private let epoll: Int32
  private let wakeUp: Int32
  private static let wakeUpToken = UInt64.max

  init() throws(RoostError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw .system("epoll_create1", errno: errno) }
    wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard wakeUp >= 0 else {
      let code = errno
      close(epoll)
      throw .system("eventfd", errno: code)
    }
    control(EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue, Self.wakeUpToken)
  }

  deinit {
    close(wakeUp)
    close(epoll)
  }

  /// Watches a socket until `remove`, or until it was reported once.
  func add(_ descriptor: Int32, _ token: UInt64) {
    control(
      EPOLL_CTL_ADD, descriptor, EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue, token)
  }

  /// Forgets a socket; call before it can be closed.
  func remove(_ descriptor: Int32) {
    control(EPOLL_CTL_DEL, descriptor, 0, 0)
  }

  /// Makes a waiting thread return.
  func wake() {
    eventfd_write(wakeUp, 1)
  }

  /// Waits for at most `milliseconds`, -1 for ever; returns the tokens whose peers are gone.
  func wait(milliseconds: Int32) -> [UInt64] {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    guard count > 0 else { return [] }
    return events[..<Int(count)].compactMap { event in
      guard event.data.u64 == Self.wakeUpToken else { return event.data.u64 }
      var value = eventfd_t()
      eventfd_read(wakeUp, &value)
      return nil
    }
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ token: UInt64) {
    var event = epoll_event()
    event.events = events
    event.data.u64 = token
    epoll_ctl(epoll, operation, descriptor, &event)
  }
}
