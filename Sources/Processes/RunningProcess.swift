// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
import Glibc
import Synchronization

/// A program that runs on beside its starter, as a daemon under test does. It is signalled by its
/// pid while that is surely still its own, and reaped when it is waited for.
public final class RunningProcess: Sendable {
  /// Its process id.
  public let pid: Int32
  private let end = Mutex<ChildProcess.End?>(nil)
  private let handle: Int32

  /// Starts `program`, with both its outputs at the end of the file `log`.
  public init(_ program: ChildProcess, log: String) throws(RoostError) {
    let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .system("open \(log)", errno: errno) }
    defer { close(file) }
    pid = try spawn(program, output: file, errors: file)
    handle = roost_open_process(pid)
  }

  deinit {
    if handle >= 0 { close(handle) }
  }

  /// Sends a signal unless the process has been reaped.
  public func signal(_ number: Int32) {
    end.withLock { if $0 == nil { kill(pid, number) } }
  }

  /// Waits for its end, at most `timeout`; blocks. Nil while it runs.
  public func wait(atMost timeout: Duration, clock: any Clock) -> ChildProcess.End? {
    let deadline = clock.uptime + timeout
    var watched = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
    while true {
      let left = (deadline - clock.uptime).microseconds
      if end.withLock({ $0 }) != nil { break }
      let ready = poll(&watched, 1, Int32(clamping: max(0, left) / 1000))
      if ready > 0 || handle < 0 { break }
      if left <= 0 { return nil }
    }
    return end.withLock { end in
      if end == nil { end = reap(pid) }
      return end
    }
  }

  /// Asks it to end with SIGTERM, and after `patience` ends it with SIGKILL. Returns how it ended.
  @discardableResult
  public func stop(patience: Duration, clock: any Clock) -> ChildProcess.End {
    signal(SIGTERM)
    if let end = wait(atMost: patience, clock: clock) { return end }
    signal(SIGKILL)
    return wait(atMost: .seconds(3600), clock: clock) ?? .timedOut
  }
}
