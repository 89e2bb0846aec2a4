// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A test facility: kills the process with SIGKILL at a named point, so that a test can prove what
/// survives. Without a value it does nothing.
///
/// The composition roots pass the environment variable `ROOST_CRASH_AT` in, and `ROOST_CRASH_PID`:
/// whom to kill once instead of oneself, as libvirtd. A point's name is
/// `<program>.<step>.before` or `.after`, as `agent.createDisk.before`. The value is such a name,
/// or the short form `createDisk:before`, which matches the step in any program.
public struct CrashPoints: Sendable {
  private let wanted: String?
  private let victim: Victim?

  /// Kills at no point.
  public static let none = CrashPoints(environment: nil)

  /// - Parameters:
  ///   - value: what `ROOST_CRASH_AT` holds; nil or empty turns the facility off.
  ///   - victim: what `ROOST_CRASH_PID` holds; without it the process kills itself.
  public init(environment value: String?, victim: String? = nil) {
    wanted = value.flatMap { $0.isEmpty ? nil : $0.replacing(":", with: ".") }
    self.victim = victim.flatMap { Int32($0) }.map { Victim($0) }
  }

  /// Whether the process would kill at `name`.
  public func kills(at name: String) -> Bool {
    guard let wanted else { return false }
    return name == wanted || name.hasSuffix("." + wanted)
  }

  /// Does not return if `name` is the chosen point, unless another process is the victim.
  public func reach(_ name: String) {
    guard kills(at: name) else { return }
    guard let victim else {
      kill(getpid(), SIGKILL)
      return
    }
    victim.killOnce()
  }
}

/// Another process to kill, the first time only.
private final class Victim: Sendable {
  private let pid: Int32
  private let isDue = Atomic(true)

  init(_ pid: Int32) { self.pid = pid }

  func killOnce() {
    if isDue.exchange(false, ordering: .relaxed) { kill(pid, SIGKILL) }
  }
}
