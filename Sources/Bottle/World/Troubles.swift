// SPDX-License-Identifier: Apache-2.0

import Base

// Whom a fault may keep from answering, and for how long: what is said of the others must be right.
extension World {
  /// The machines concerned. A clock that runs as it may, or whose civil time is set, troubles nobody.
  func troubled(by event: Fault.Event) -> [Machine] {
    switch event {
    case .kill(let fault): [machine(fault.process)]
    case .losePower(let fault): [machine(fault.machine)]
    case .partition(let fault): fault.nodes.numbers.map { nodes[$0].machine }
    case .weather(let fault): fault.nodes.numbers.map { nodes[$0].machine }
    case .reset(let fault): [nodes[fault.node].machine]
    case .halfOpen(let fault): [nodes[fault.node].machine]
    case .disk(let fault): [machine(fault.process)]
    case .lanes(let fault): [machine(fault.process)]
    case .calls(let fault): [nodes[fault.node].machine]
    case .hypervisorAway(let fault): [nodes[fault.node].machine]
    case .clockDrift(let fault) where fault.isBeyondBound: [machine(fault.process)]
    case .restore: [controller.machine]
    case .guest, .clockDrift, .civilTimeJump: []
    }
  }
}

extension Fault.Event {
  /// How long it lasts, where that is said.
  var span: Duration? {
    switch self {
    case .kill(let fault): fault.down
    case .losePower(let fault): fault.down
    case .partition(let fault): fault.lasting
    case .weather(let fault): fault.lasting
    case .disk(let fault): fault.lasting
    case .lanes(let fault): fault.lasting
    case .calls(let fault): fault.lasting
    case .hypervisorAway(let fault): fault.lasting
    case .restore(let fault): fault.down
    case .reset, .halfOpen, .guest, .clockDrift, .civilTimeJump: nil
    }
  }
}
