// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A test facility: kills the process with SIGKILL at a named point, so that a test can prove what
/// survives. Without a value it does nothing. A simulation is told of every point instead.
///
/// The composition roots pass the environment variable `ROOST_CRASH_AT` in, and `ROOST_CRASH_PID`:
/// whom to kill once instead of oneself, as libvirtd. `CrashPoint` lists the names.
public struct CrashPoints: Sendable {
  private let wanted: CrashPoint?
  private let victim: Victim?
  private let reached: (@Sendable (CrashPoint) -> Void)?

  /// Kills at no point.
  public static let none = CrashPoints(at: nil)

  /// Kills this process at `point`; nil kills nowhere.
  public init(at point: CrashPoint?) {
    wanted = point
    victim = nil
    reached = nil
  }

  /// Kills nothing by itself, and calls `reached` at every point: for a simulation, which has many
  /// processes in one and kills the one whose code this is by having nothing come of what it does next.
  public init(reached: @escaping @Sendable (CrashPoint) -> Void) {
    wanted = nil
    victim = nil
    self.reached = reached
  }

  /// - Parameters:
  ///   - value: what `ROOST_CRASH_AT` holds; nil or empty turns the facility off.
  ///   - victim: what `ROOST_CRASH_PID` holds; without it the process kills itself.
  /// - Throws: `.badRequest` for a name or a process that can't be: a proof that kills nobody
  ///   would look like one that survived.
  public init(environment value: String?, victim: String? = nil) throws(RoostError) {
    let name = value ?? ""
    wanted = CrashPoint(rawValue: name)
    guard wanted != nil || name.isEmpty else {
      throw RoostError(.badRequest, "ROOST_CRASH_AT: there is no crash point '\(name)'.")
    }
    let pid = victim.map { Int32($0) ?? 0 }
    if let pid, pid <= 1 {
      throw RoostError(.badRequest, "ROOST_CRASH_PID: this is no process to kill.")
    }
    self.victim = pid.map { Victim($0) }
    reached = nil
  }

  /// Whether someone would be killed at `point`; a simulation decides only when it is reached.
  public func kills(at point: CrashPoint) -> Bool { point == wanted }

  /// Does not return if `point` is the chosen one, unless another process is the victim.
  public func reach(_ point: CrashPoint) {
    reached?(point)
    guard kills(at: point) else { return }
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
