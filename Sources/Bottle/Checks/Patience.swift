// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation

/// How long a cloud may take to come to rest after the last fault and the last request.
struct Patience {
  /// With all programs running and nothing wrong anywhere. Who was cut off tries again within half a minute,
  /// a step that failed within a minute, and a worker that was told something new begins at once.
  static let undisturbed = Duration.seconds(120)
  /// In any case. What nobody knows of, for a call said that it was done or that nothing was there, is found
  /// by those who look again now and then; and a machine may be without power when faults end.
  static let longest = Duration.seconds(1800)

  private let world: World
  private let begin: Uptime

  init(_ world: World, since begin: Uptime) {
    self.world = world
    self.begin = begin
  }

  /// Whether it has taken too long.
  ///
  /// - Parameter isAtRest: whether only clients are still to come to their end.
  func isOver(whenAtRest isAtRest: Bool) -> Bool {
    if elapsed >= Self.longest { return true }
    guard !isAtRest, !world.scenario.plan.hasLies, !world.backups.isRestoring else { return false }
    return min(elapsed, world.undisturbedFor) >= Self.undisturbed
  }

  /// What was waited, in words.
  var spent: String {
    "\(Int(elapsed.inSeconds)) s after the last fault and the last request, and "
      + "\(Int(world.undisturbedFor.inSeconds)) s after the last disturbance,"
  }

  private var elapsed: Duration { world.timeline.now - begin }
}

extension World {
  /// For how long every program has run and nothing has gone wrong anywhere.
  var undisturbedFor: Duration { machines.map(\.undisturbedFor).min() ?? .zero }
}

extension Machine {
  /// For how long the program has run and nothing has gone wrong here.
  var undisturbedFor: Duration { process == nil ? .zero : min(steadyFor, untroubledFor) }
}
