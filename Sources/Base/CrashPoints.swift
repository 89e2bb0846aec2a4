// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A test facility: kills the process with SIGKILL at a named point, so that a test can prove what
/// survives. Without a value it does nothing.
///
/// The composition roots pass the environment variable `ROOST_CRASH_AT` in. A point's name is
/// `<program>.<step>.before` or `.after`, as `agent.createDisk.before`. The value is such a name,
/// or the short form `createDisk:before`, which matches the step in any program.
public struct CrashPoints: Sendable {
  private let wanted: String?

  /// Kills at no point.
  public static let none = CrashPoints(environment: nil)

  /// - Parameter value: what `ROOST_CRASH_AT` holds; nil or empty turns the facility off.
  public init(environment value: String?) {
    wanted = value.flatMap { $0.isEmpty ? nil : $0.replacing(":", with: ".") }
  }

  /// Whether the process would die at `name`.
  public func kills(at name: String) -> Bool {
    guard let wanted else { return false }
    return name == wanted || name.hasSuffix("." + wanted)
  }

  /// Does not return if `name` is the chosen point.
  public func reach(_ name: String) {
    guard kills(at: name) else { return }
    kill(getpid(), SIGKILL)
  }
}
