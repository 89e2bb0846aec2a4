// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// The CPU time that all threads of a process have taken so far, in the kernel and out of it, to the
/// nanosecond: what utime and stime of /proc/PID/stat round.
struct CPUTime {
  private let clock: clockid_t

  /// Of this process.
  static let own = CPUTime(clock: CLOCK_PROCESS_CPUTIME_ID)

  private init(clock: clockid_t) {
    self.clock = clock
  }

  /// Of another, which must be running.
  init(of process: pid_t) throws(RoostError) {
    var clock = clockid_t()
    let code = clock_getcpuclockid(process, &clock)
    guard code == 0 else { throw .system("CPU time of process \(process)", errno: code) }
    self.clock = clock
  }

  /// In nanoseconds.
  func read() throws(RoostError) -> Int64 {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { throw .system("clock_gettime", errno: errno) }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
