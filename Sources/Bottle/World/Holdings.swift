// SPDX-License-Identifier: Apache-2.0

import Simulation

/// What one run of a program has opened.
struct Holdings: Sendable {
  var vfs: SimulatedVFS?
  var lanes: [SimulatedLane] = []
  var closing: [@Sendable () -> Void] = []

  /// Nothing that waits on a lane happens any more.
  func die() { for lane in lanes { lane.kill() } }

  /// Lets go of what SQLite and others would keep for ever.
  func close() { for body in closing { body() } }
}
