// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Synchronization

/// Waits once for a descriptor, in code that reads from top to bottom: connecting, the handshake.
final class SocketWait: Sendable {
  private let loop: EventLoop
  private let descriptor: Int32
  private let state = Mutex<CheckedContinuation<Bool, Never>?>(nil)

  init(_ loop: EventLoop, _ descriptor: Int32) {
    self.loop = loop
    self.descriptor = descriptor
  }

  /// True when the descriptor is ready, false when `deadline` came first or the task was cancelled.
  func ready(
    for interest: EventLoop.Readiness, until deadline: Uptime, clock: any Clock
  ) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { [self] in await next(interest) }
      group.addTask {
        try? await clock.sleep(until: deadline)
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
  }

  private func next(_ interest: EventLoop.Readiness) async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0 = continuation }
        guard !Task.isCancelled else { return finish(false) }
        do throws(RoostError) {
          try loop.watch(descriptor, for: interest) { [self] _ in finish(true) }
        } catch {
          finish(false)
        }
      }
    } onCancel: {
      finish(false)
    }
  }

  private func finish(_ isReady: Bool) {
    let continuation = state.withLock { state in
      defer { state = nil }
      return state
    }
    guard let continuation else { return }
    loop.unwatch(descriptor)
    continuation.resume(returning: isReady)
  }
}
