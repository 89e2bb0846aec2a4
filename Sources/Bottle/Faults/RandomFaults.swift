// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation

extension FaultPlan {
  /// A plan by chance: the same arguments give the same plan.
  ///
  /// Half of the faults come alone; the others soon after the one before and on the same process,
  /// because bugs hide where the second fault meets what the first left half done.
  ///
  /// - Parameters:
  ///   - nodes: how many there are.
  ///   - length: when faults end.
  ///   - intensity: faults an hour for each machine, on average; negative counts as none.
  public static func random(
    seed: UInt64, nodes: Int, length: Duration, classes: FaultClasses, intensity: Double = 2
  ) -> FaultPlan {
    let wanted = intensity * Double(nodes + 1) * length.inSeconds / 3600
    let deck = classes.ordered.flatMap { Array(repeating: $0, count: $0.weight) }
    guard nodes > 0, wanted > 0, length.microseconds > 1, !deck.isEmpty else {
      return FaultPlan(end: length)
    }
    let count = Int(min(wanted, Double(FaultLimits.faults)).rounded(.up))
    let draws = Draws(seed: seed, purpose: "faults")
    var faults: [Fault] = []
    while faults.count < count {
      let last = faults.last
      let isNear = last != nil && draws.chance(1, of: 2)
      var at = Duration.microseconds(Int64(draws.number(0...Int(length.microseconds) - 1)))
      var process =
        draws.chance(1, of: 4) ? .controller : ProcessName.node(draws.number(0...nodes - 1))
      if isNear, let last {
        at = last.at + draws.span(.microseconds(100)...(.seconds(120)))
        process = last.event.process ?? process
      }
      guard at < length, let faultClass = draws.one(of: deck) else { continue }
      let source = FaultSource(draws: draws, nodes: nodes, focus: process, left: length - at)
      faults.append(Fault(at: at, source.event(faultClass)))
    }
    return FaultPlan(faults, end: length)
  }
}

extension FaultClass {
  /// How often it comes, compared with the others.
  fileprivate var weight: Int {
    switch self {
    case .kill, .calls: 4
    case .partition, .power: 3
    case .weather, .reset, .halfOpen, .disk, .hypervisor, .guest: 2
    case .lanes, .drift, .civilTime, .lyingDisk, .driftBeyond, .restore: 1
    }
  }
}

extension Fault.Event {
  /// The process that it befalls; of many nodes the first.
  fileprivate var process: ProcessName? {
    switch self {
    case .kill(let fault): fault.process
    case .losePower(let fault): fault.machine
    case .partition(let fault): fault.nodes.numbers.first.map { .node($0) }
    case .weather(let fault): fault.nodes.numbers.first.map { .node($0) }
    case .reset(let fault): .node(fault.node)
    case .halfOpen(let fault): .node(fault.node)
    case .disk(let fault): fault.process
    case .lanes(let fault): fault.process
    case .calls(let fault): .node(fault.node)
    case .hypervisorAway(let fault): .node(fault.node)
    case .guest(let fault): .node(fault.node)
    case .clockDrift(let fault): fault.process
    case .civilTimeJump(let fault): fault.process
    case .restore: .controller
    }
  }
}
