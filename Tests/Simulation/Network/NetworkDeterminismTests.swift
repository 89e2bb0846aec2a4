// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Testing
import Wire

/// The same seed has the same history, through loss, partitions, kills and all.
@Suite(.timeLimit(.minutes(10)))
struct NetworkDeterminismTests {
  private struct History: Equatable {
    let lines: [String]
    let steps: UInt64
  }

  private func history(seed: UInt64) throws -> History {
    let scene = NetworkScene(
      seed: seed,
      weather: Weather(
        delay: .microseconds(100)...(.milliseconds(20)), loss: 100, duplication: 50, reordering: 100
      ))
    let notes = Notes()
    scene.network.onCall = { call in
      notes.add("\(scene.timeline.now.nanoseconds) \(call.process) \(call.operation)")
    }
    let counter = Counter(scene.clock)
    let controller = scene.process("controller")
    scene.listen(controller, counter)
    for number in 0..<5 {
      let node = scene.process("node-\(number)")
      let fabric = scene.network.fabric(
        for: node, on: "node-\(number)", identity: PeerIdentity(role: .anonymous, node: nil),
        address: "198.51.100.\(number)")
      let wire = scene.wire(fabric, node)
      node.start { [clock = scene.clock] in
        while true {
          do {
            let peer = try await wire.dial(NetworkScene.controller, service: counter)
            while true {
              let reply = try await peer.call("t/Who", [], timeout: .seconds(20))
              notes.add("node-\(number) is \(String(decoding: reply, as: UTF8.self))")
              try await clock.sleep(for: .milliseconds(300))
            }
          } catch {
            notes.add("\(scene.timeline.now.nanoseconds) node-\(number): \(error)")
          }
          try? await clock.sleep(for: .seconds(1))
        }
      }
    }
    let faults: [(Int64, @Sendable () -> Void)] = [
      (10, { scene.network.cut("node-1") }), (12, { scene.network.halfOpen("node-2") }),
      (15, { scene.network.heal("node-1") }), (20, { scene.network.reset("controller") }),
      (
        30,
        {
          controller.kill()
          scene.network.killed(controller)
        }
      ), (32, { scene.listen(scene.process("controller again"), counter) }),
      (40, { scene.network.lost("node-3") }),
    ]
    for (second, fault) in faults { scene.timeline.after(.seconds(second), fault) }
    scene.run(for: .seconds(60))
    return History(lines: notes.all, steps: scene.timeline.steps)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func oneSeedHasOneHistory(_ seed: UInt64) throws {
    let (one, again) = (try history(seed: seed), try history(seed: seed))
    #expect(one.lines.count > 1000)
    #expect(one == again)
  }

  @Test func anotherSeedHasAnother() throws {
    let (one, other) = (try history(seed: 1), try history(seed: 2))
    #expect(one != other)
  }
}
