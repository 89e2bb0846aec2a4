// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation

/// Draws the particulars of a fault.
struct FaultSource {
  let draws: Draws
  /// How many nodes there are.
  let nodes: Int
  /// Whom it befalls, where the class leaves a choice.
  let focus: ProcessName
  /// Until faults end; nothing lasts longer.
  let left: Duration

  /// A fault of this class.
  func event(_ faultClass: FaultClass) -> Fault.Event {
    switch faultClass {
    case .kill:
      .kill(
        .init(process: focus, afterCalls: calls, down: span(.milliseconds(1)...(.seconds(300)))))
    case .power:
      .losePower(
        .init(machine: focus, afterCalls: calls, down: span(.seconds(1)...(.seconds(900)))))
    case .partition:
      .partition(
        .init(nodes: group, direction: one(), lasting: span(.milliseconds(10)...(.seconds(1200)))))
    case .weather: .weather(weather)
    case .reset: .reset(.init(node: node))
    case .halfOpen: .halfOpen(.init(node: node))
    case .disk: .disk(disk([.failWrites, .failSyncs, .full]))
    case .lyingDisk: .disk(disk([.lieAboutSyncs]))
    case .lanes:
      .lanes(
        .init(
          process: focus, latency: latency(upTo: .seconds(20)),
          lasting: span(.milliseconds(10)...(.seconds(600)))))
    case .calls: .calls(trouble)
    case .hypervisor:
      .hypervisorAway(.init(node: node, lasting: span(.milliseconds(100)...(.seconds(600)))))
    case .guest:
      .guest(.init(node: node, ordinal: draws.number(0...15), becomes: one()))
    case .drift:
      .clockDrift(.init(process: focus, ppm: signed(draws.octave(1...Fault.ClockDrift.bound))))
    case .driftBeyond:
      .clockDrift(
        .init(process: focus, ppm: signed(draws.number(Fault.ClockDrift.bound + 1...200_000))))
    case .civilTime:
      .civilTimeJump(
        .init(process: focus, by: signed(draws.span(.milliseconds(1)...(.seconds(864_000))))))
    case .restore:
      .restore(
        .init(
          age: span(.seconds(1)...(.seconds(900))),
          down: span(.milliseconds(100)...(.seconds(120))),
          cutAt: draws.chance(1, of: 2) ? 0 : draws.number(1...50)))
    }
  }

  private var weather: Fault.Weather {
    let delay = draws.span(.microseconds(100)...(.seconds(2)))
    return Fault.Weather(
      nodes: group, lossPermille: draws.number(0...300),
      delay: .zero...(draws.chance(1, of: 2) ? delay : .zero),
      duplicatePermille: draws.chance(1, of: 2) ? draws.number(1...200) : 0,
      reorderPermille: draws.chance(1, of: 2) ? draws.number(1...300) : 0,
      lasting: span(.milliseconds(100)...(.seconds(1200))))
  }

  private var trouble: Fault.CallTrouble {
    var behaviour = Behaviour(latency: latency(upTo: .seconds(60)))
    switch draws.number(0...3) {
    case 0: behaviour.failures = UInt64(draws.number(500...10_000))
    case 1: behaviour.hangs = UInt64(draws.number(500...10_000))
    case 2: behaviour.lies = UInt64(draws.number(500...10_000))
    default:
      behaviour.failures = UInt64(draws.number(0...2000))
      behaviour.hangs = UInt64(draws.number(0...1000))
      behaviour.lies = UInt64(draws.number(0...1000))
    }
    behaviour.failure = draws.one(of: Self.refusals) ?? .internal
    return Fault.CallTrouble(
      node: node,
      operation: draws.chance(1, of: 3) ? "" : operation,
      behaviour: behaviour, lasting: span(.milliseconds(100)...(.seconds(900))))
  }

  private var operation: String {
    draws.one(of: Self.operations).flatMap { draws.one(of: $0) } ?? ""
  }

  /// What a hypervisor, a switch or a disk may answer.
  private static let refusals: [RoostError.Kind] = [
    .internal, .unavailable, .conflict, .deadlineExceeded, .notFound,
  ]

  /// The calls of simulated parts by their names, a part a line: those of each part are as likely to be
  /// troubled as those of another.
  static let operations = [
    [
      "hypervisor.define", "hypervisor.destroy", "hypervisor.domain", "hypervisor.domains",
      "hypervisor.inventory", "hypervisor.shutdown", "hypervisor.start", "hypervisor.undefine",
    ],
    ["disks.createConfigDrive", "disks.createDisk", "disks.observe", "disks.remove"],
    ["images.create", "images.download", "images.look"],
    ["switch.ensureBridge", "switch.plug", "switch.ports", "switch.unplug"],
  ]

  private func disk(_ troubles: [Fault.DiskTrouble.Trouble]) -> Fault.DiskTrouble {
    .init(
      process: focus, trouble: draws.one(of: troubles) ?? .full,
      lasting: span(.milliseconds(10)...(.seconds(300))))
  }

  private var node: Int { focus.nodeNumber ?? draws.number(0...nodes - 1) }

  /// One node, some in a row, or all.
  private var group: NodeList {
    switch draws.number(0...3) {
    case 0: return NodeList(0..<nodes)
    case 1:
      let first = node
      return NodeList(first...draws.number(first...nodes - 1))
    default: return NodeList([node])
    }
  }

  /// At once, or within one of the next thousand calls: few after the moment as likely as many.
  private var calls: Int { draws.chance(1, of: 3) ? 0 : draws.octave(1...1000) }

  private func latency(upTo most: Duration) -> ClosedRange<Duration> {
    let slowest = draws.span(.microseconds(100)...most)
    return (draws.chance(1, of: 2) ? .zero : slowest)...slowest
  }

  private func span(_ range: ClosedRange<Duration>) -> Duration { min(draws.span(range), left) }

  private func one<Choice: CaseIterable>() -> Choice where Choice.AllCases == [Choice] {
    let all = Choice.allCases
    return all[draws.number(0...all.count - 1)]
  }

  private func signed(_ number: Int) -> Int { draws.chance(1, of: 2) ? number : -number }

  private func signed(_ span: Duration) -> Duration {
    draws.chance(1, of: 2) ? span : .zero - span
  }
}
