// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Synchronization
import Wire

/// A TCP connection on a simulated network, both ends of it: carries segments from one to the other as the
/// ways between them allow, and tells the processes.
///
/// Where nothing can go wrong a segment is one event, and there are no timers: an end's timer is set only
/// when something is lost, which the network knows though the end does not. It runs from when it would
/// have, so nobody can tell.
final class SimulatedConnection: Sendable {
  /// The dialling end is 0, the other is 1.
  struct State {
    var sides: [ConnectionSide]
    /// Whether whatever is sent from now on is swallowed.
    var isForgotten = false
    /// Who waits for the handshake at the dialling end. What kills its process leaves it for ever, which
    /// a checked continuation complains of. Is told why it failed, or nothing.
    var opening: UnsafeContinuation<String?, Never>?
    /// Who gets the other end when the handshake is over.
    var listener: Listener?
    /// Who is at that end.
    var listenerIdentity: PeerIdentity?
  }

  let network: SimulatedNetwork
  let number: UInt64
  /// Where the ends are.
  let machines: [String]
  /// Where the dialling end wants to go.
  let port: UInt16
  /// Who the dialling end is, and where.
  let caller: SimulatedFabric
  let state: Mutex<State>

  init(_ caller: SimulatedFabric, to machine: String, port: UInt16, number: UInt64) {
    network = caller.network
    self.caller = caller
    self.port = port
    self.number = number
    machines = [caller.machine, machine]
    let now = caller.network.now
    var absent = TCPEndpoint(.synReceived, at: now)
    absent.vanish()
    state = Mutex(
      State(sides: [
        ConnectionSide(
          Routes.Way(from: caller.machine, to: machine), TCPEndpoint(.synSent, at: now),
          of: caller.process),
        ConnectionSide(Routes.Way(from: machine, to: caller.machine), absent, of: nil),
      ]))
  }

  deinit { network.isOver(number) }

  // MARK: Segments

  /// Sends what may be sent.
  func pump(_ state: inout State, _ side: Int, _ now: Uptime) {
    while let segment = state.sides[side].endpoint.next() {
      transmit(&state, segment, from: side, now)
    }
  }

  func transmit(_ state: inout State, _ segment: Segment, from side: Int, _ now: Uptime) {
    guard !state.isForgotten,
      case .arrives(let wait, let outOfTurn, let again) = network.fate(on: &state.sides[side].way)
    else { return noteLoss(&state, now) }
    let other = 1 - side
    var time = now.later(nanoseconds: wait)
    if !outOfTurn {
      time = max(time, state.sides[side].lastArrival)
      state.sides[side].lastArrival = time
    }
    if case .acknowledgement = segment.content, state.sides[side].way.isCalm,
      state.sides[other].endpoint.isAtEase
    {
      state.sides[other].acknowledgements.append((time, segment.acknowledged, segment.limit))
      return
    }
    network.timeline.at(time) { [self] in deliver(segment, to: other) }
    guard let again else { return }
    network.timeline.at(now.later(nanoseconds: again)) { [self] in deliver(segment, to: other) }
  }

  private func deliver(_ segment: Segment, to side: Int) {
    let now = network.now
    carryOut(
      state.withLock { state in
        settle(&state, side, now)
        if state.sides[side].endpoint.phase == .gone {
          guard network.isOn(machines[side]) else {
            noteLoss(&state, now)
            return .nothing
          }
          if side == 1, segment.isSyn { welcome(&state, now) }
        }
        let answer = state.sides[side].endpoint.take(segment, at: now)
        pump(&state, side, now)
        switch answer {
        case .nothing: break
        case .acknowledgement: send(&state, .acknowledgement, from: side, now)
        case .reset: send(&state, .reset, from: side, now)
        }
        wake(&state, side)
        return event(&state)
      })
  }

  func send(_ state: inout State, _ content: Segment.Content, from side: Int, _ now: Uptime) {
    transmit(&state, state.sides[side].endpoint.segment(content), from: side, now)
  }

  // MARK: Acknowledgements and timers

  func settle(_ state: inout State, _ side: Int, _ now: Uptime) {
    if state.sides[side].settle(at: now) { pump(&state, side, now) }
  }

  /// Has somebody look after acknowledgements that are waited for after all.
  func awaitAcknowledgements(_ state: inout State, _ side: Int) {
    guard !state.sides[side].endpoint.isAtEase, !state.sides[side].isSettling,
      let next = state.sides[side].acknowledgements.first?.time
    else { return }
    state.sides[side].isSettling = true
    network.timeline.at(next) { [self] in takeAcknowledgements(side) }
  }

  private func takeAcknowledgements(_ side: Int) {
    state.withLock { state in
      state.sides[side].isSettling = false
      settle(&state, side, network.now)
      wake(&state, side)
      awaitAcknowledgements(&state, side)
    }
  }

  /// Something will not arrive: each end will notice if it misses anything.
  private func noteLoss(_ state: inout State, _ now: Uptime) {
    for side in 0...1 { setTimer(&state, side, now) }
  }

  private func setTimer(_ state: inout State, _ side: Int, _ now: Uptime) {
    guard state.sides[side].timer == nil, let deadline = state.sides[side].endpoint.deadline else {
      return
    }
    state.sides[side].timer = network.timeline.at(max(deadline, now)) { [self] in elapse(side) }
  }

  private func elapse(_ side: Int) {
    let now = network.now
    carryOut(
      state.withLock { state in
        state.sides[side].timer = nil
        settle(&state, side, now)
        guard let deadline = state.sides[side].endpoint.deadline else { return .nothing }
        guard deadline <= now else {
          setTimer(&state, side, now)
          return .nothing
        }
        state.sides[side].endpoint.elapse(at: now)
        pump(&state, side, now)
        wake(&state, side)
        return event(&state)
      })
  }

  // MARK: Processes

  /// Tells an end's process what it waits for, on its loop, as long as that is so.
  func wake(_ state: inout State, _ side: Int) {
    guard !state.sides[side].isWaking, state.sides[side].ready != nil,
      !state.sides[side].readiness.isEmpty, let process = state.sides[side].process
    else { return }
    state.sides[side].isWaking = true
    process.loop.execute { [self] in tell(side) }
  }

  private func tell(_ side: Int) {
    let (ready, readiness) = state.withLock { state in
      state.sides[side].isWaking = false
      settle(&state, side, network.now)
      let readiness = state.sides[side].readiness
      state.sides[side].knowsFailure = state.sides[side].endpoint.failure != nil
      return (state.sides[side].ready, readiness)
    }
    guard let ready, !readiness.isEmpty else { return }
    ready(readiness)
    state.withLock { wake(&$0, side) }
  }
}
