// SPDX-License-Identifier: Apache-2.0

public import Base
import CLinux
import Glibc

extension ChildProcess {
  /// Runs the program to its end, or kills it and its process group once `timeout` has passed.
  ///
  /// How the child fared is in the result; an error means that it could not be run at all.
  public func run(timeout: Duration, clock: any Clock) throws(RoostError) -> Result {
    let deadline = clock.uptime + timeout
    let output = try Pipe(limit: outputLimit, of: path)
    let errors = try Pipe(limit: outputLimit, of: path)
    let child = try spawn(self, output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    let killed = watch(child, output: output, errors: errors, deadline: deadline, clock: clock)
    if killed != nil { kill(-child, SIGKILL) }
    let end = reap(child)
    output.drain()
    errors.drain()
    return Result(end: killed ?? end, output: output.bytes, errors: errors.bytes)
  }

  /// Runs the program to its end and returns what it wrote to standard output.
  ///
  /// - Throws: `.internal`, with what it wrote for the operator, when it did not exit with 0.
  public func text(timeout: Duration, clock: any Clock) throws(RoostError) -> String {
    let result = try run(timeout: timeout, clock: clock)
    guard result.succeeded else {
      throw RoostError(
        .internal, "\(path) \(arguments.joined(separator: " ")): \(result.end)",
        operator: String(decoding: result.errors + result.output, as: UTF8.self))
    }
    return String(decoding: result.output, as: UTF8.self)
  }

  /// Collects output until the child ends. Returns why it must be killed, or nil if it has ended.
  private func watch(
    _ child: pid_t, output: Pipe, errors: Pipe, deadline: Uptime, clock: any Clock
  ) -> End? {
    let handle = roost_open_process(child)
    guard handle >= 0 else { return .timedOut }
    defer { close(handle) }
    while true {
      let left = (deadline - clock.uptime).microseconds
      guard left > 0 else { return .timedOut }
      var watched = [
        pollfd(fd: handle, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output.polled, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.polled, events: Int16(POLLIN), revents: 0),
      ]
      poll(&watched, 3, Int32(clamping: left / 1000 + 1))
      output.drain()
      errors.drain()
      if output.overflowed { return .outputTooLarge }
      if watched[0].revents != 0 { return nil }
    }
  }
}
