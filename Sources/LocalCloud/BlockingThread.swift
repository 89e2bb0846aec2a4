// SPDX-License-Identifier: Apache-2.0

import EventLoop

/// Runs `body` and all that it awaits on a thread of its own, which it may block.
///
/// The calls of this library block, for as long as a program runs. Swift's shared threads are as few as
/// the processors; whoever else needs them, as a handshake that has its deadline, would wait for those
/// programs. Tasks that `body` starts apart from itself run on the shared threads.
///
/// - Throws: what `body` throws, and `internal` without a descriptor to spare.
public func withBlockingThread<T: Sendable>(
  _ body: @Sendable () async throws -> T
) async throws -> T {
  let thread = try EventLoop(name: "may block")
  defer { thread.stop() }
  return try await withTaskExecutorPreference(thread, operation: body)
}
