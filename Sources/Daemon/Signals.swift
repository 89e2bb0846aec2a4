// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Signals as a loop of the main thread takes them, one after the other, instead of handlers that
/// may do next to nothing.
struct Signals {
  /// What came.
  enum Event: Sendable {
    /// SIGTERM or SIGINT: an operator or the init system wants the program to end.
    case stop
    /// The program's own work has ended.
    case ended
    /// Nothing came in time.
    case nothing
  }

  private var set = sigset_t()

  /// Holds the signals back from every thread made later. To be called before any is.
  init() {
    signal(SIGPIPE, SIG_IGN)
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, Self.endedSignal] { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static let endedSignal = SIGUSR1

  /// Lets `wait` return `.ended`.
  static func sendEnded() { kill(getpid(), endedSignal) }

  /// Blocks the calling thread until a signal comes.
  ///
  /// - Parameter seconds: how long at most; nil for ever.
  func wait(seconds: Int? = nil) -> Event {
    var set = set
    while true {
      var limit = timespec(tv_sec: seconds ?? 3600, tv_nsec: 0)
      let number = sigtimedwait(&set, nil, &limit)
      switch number {
      case SIGTERM, SIGINT: return .stop
      case Self.endedSignal: return .ended
      default: if seconds != nil && errno == EAGAIN { return .nothing }
      }
    }
  }
}
