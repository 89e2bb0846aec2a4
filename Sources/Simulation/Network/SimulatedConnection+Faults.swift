// SPDX-License-Identifier: Apache-2.0

import Synchronization

// What befalls a connection from outside.
extension SimulatedConnection {
  /// The kernel closes what a killed process has of it.
  func processDied(_ process: SimulatedProcess) {
    for side in 0...1 {
      let isIts = state.withLock { $0.sides[side].process === process }
      if isIts { release(side) }
    }
  }

  /// A machine of it has lost power.
  func machineLost(_ machine: String) {
    guard machines.contains(machine) else { return }
    let dropped = state.withLock { state in
      var dropped: [ConnectionSide] = []
      for side in 0...1 where machines[side] == machine {
        dropped.append(state.sides[side])
        state.sides[side].vanish()
        state.sides[side].process = nil
        state.sides[side].ready = nil
        if side == 0 { state.opening = nil } else { state.listener = nil }
      }
      return dropped
    }
    // Let go outside the lock: what waits may hold a socket of this connection.
    withExtendedLifetime(dropped) {}
  }

  /// Whatever is between the ends forgets it: what they send from now on goes nowhere.
  func forget(_ machine: String) {
    if machines.contains(machine) { state.withLock { $0.isForgotten = true } }
  }

  /// Both ends get an RST from somebody between them.
  func reset(_ machine: String) {
    guard machines.contains(machine) else { return }
    for _ in 0...1 {
      carryOut(
        state.withLock { state in
          for side in 0...1 where state.sides[side].endpoint.phase != .gone {
            state.sides[side].endpoint.fail("connection reset")
            wake(&state, side)
          }
          return event(&state)
        })
    }
  }

  /// An end's process lets go of it, or has it taken away. The kernel sends what is to be sent.
  func release(_ side: Int) {
    let now = network.now
    let dropped = state.withLock { state in
      let dropped = state.sides[side].ready
      state.sides[side].process = nil
      state.sides[side].ready = nil
      if side == 0 { state.opening = nil } else { state.listener = nil }
      settle(&state, side, now)
      let isReset = state.sides[side].endpoint.close(at: now)
      pump(&state, side, now)
      if isReset { send(&state, .reset, from: side, now) }
      awaitAcknowledgements(&state, side)
      return dropped
    }
    withExtendedLifetime(dropped) {}
  }
}
