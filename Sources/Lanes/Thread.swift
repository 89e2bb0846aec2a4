// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

private final class ThreadBody: Sendable {
  let name: String
  let run: @Sendable () -> Void

  init(_ name: String, _ run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Starts a detached thread. `body` is kept until it returns.
///
/// A machine that can't start a thread (RLIMIT_NPROC, memory) can't run Roost either; the body is
/// then never called and whoever waits meets its deadline.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  defer { pthread_attr_destroy(&attributes) }
  let context = Unmanaged.passRetained(ThreadBody(name, body))
  var thread = pthread_t()
  let result = pthread_create(
    &thread, &attributes,
    { context in
      guard let context else { return nil }
      let body = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
      roost_name_thread(body.name)
      body.run()
      return nil
    }, context.toOpaque())
  if result != 0 { context.release() }
}
