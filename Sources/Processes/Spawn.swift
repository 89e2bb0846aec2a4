// SPDX-License-Identifier: Apache-2.0

import Base
import CLinux
import Glibc

/// Starts a child in a process group of its own, with every signal at its default and no
/// descriptor but its three.
func spawn(_ program: ChildProcess, output: Int32, errors: Int32) throws(RoostError) -> pid_t {
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
  let code = withCStrings([program.path] + program.arguments) { arguments in
    withCStrings(program.environment) { environment in
      posix_spawn(&child, program.path, &actions, &attributes, arguments, environment)
    }
  }
  guard code == 0 else { throw .system("run \(program.path)", errno: code) }
  return child
}

/// Waits for a child to end and takes its status, after which its pid may be another's.
func reap(_ child: pid_t) -> ChildProcess.End {
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 && errno == EINTR {}
  let signal = status & 0x7F
  return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
}

/// Lends a null-terminated array of C strings.
private func withCStrings<R>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
