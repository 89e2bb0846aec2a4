// SPDX-License-Identifier: Apache-2.0

/// One thread's worth of tasks and bodies, run one after the other: what code that lives on a loop needs
/// to know of it.
///
/// `EventLoop` has a thread of its own; `DrivenLoop` is turned by a caller, as a simulation does.
public protocol Loop: TaskExecutor {
  /// What actors that live here name as their executor.
  var isolation: LoopIsolation { get }
  /// Runs `body` on the loop, behind what is queued.
  func execute(_ body: @escaping @Sendable () -> Void)
  /// Runs `body` on the loop at the end of this turn: when nothing else is queued, or others have waited
  /// long enough. What many pieces of work have in common is done once there.
  func executeLast(_ body: @escaping @Sendable () -> Void)
}
