// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Simulation
import Synchronization
import Wire

/// A connection between a node and the controller, a millisecond apart, used without a protocol.
struct SocketPair {
  let scene = NetworkScene(weather: Weather(delay: .milliseconds(1)...(.milliseconds(1))))
  let controller: SimulatedProcess
  let node: SimulatedProcess
  let near: any Transport
  let far: any Transport
  let told = Notes()

  init() throws {
    let scene = scene
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    (self.controller, self.node) = (controller, node)
    (near, far) = try scene.connected(node, controller)
    try near.start { [told, near] readiness in
      told.add("near \(readiness.contains(.read) ? "read" : "")")
      try? near.want([])
    }
    try far.start { [told, far] readiness in
      told.add("far \(readiness.contains(.read) ? "read" : "")")
      try? far.want([])
    }
    try near.want([])
    try far.want([])
  }

  func send(_ transport: any Transport, _ bytes: [UInt8]) -> TransportOutcome {
    bytes.withUnsafeBytes { transport.send($0) }
  }

  func receive(_ transport: any Transport) -> (outcome: TransportOutcome, bytes: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let outcome = bytes.withUnsafeMutableBytes { transport.receive(into: $0) }
    guard case .done(let count) = outcome else { return (outcome, []) }
    return (outcome, Array(bytes.prefix(count)))
  }
}
