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
    let child = try spawn(output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    let killed = watch(child, output: output, errors: errors, deadline: deadline, clock: clock)
    if killed != nil { kill(-child, SIGKILL) }
    let end = reap(child)
    output.drain()
    errors.drain()
    return Result(end: killed ?? end, output: output.bytes, errors: errors.bytes)
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

  private func reap(_ child: pid_t) -> End {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }

  /// Starts the child in a process group of its own, with every signal at its default.
  private func spawn(output: Int32, errors: Int32) throws(RoostError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    roost_spawn_close_from(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var child: pid_t = 0
    let code = withCStrings([path] + arguments) { arguments in
      withCStrings(environment) { environment in
        posix_spawn(&child, path, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else { throw .system("run \(path)", errno: code) }
    return child
  }
}

/// Lends a null-terminated array of C strings.
private func withCStrings<R>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
