// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Testing
import Wire

/// What two ends of the wire notice when machines, processes and ways fail, and when.
@Suite(.timeLimit(.minutes(10)))
struct NetworkFaultTests {
  private let scene = NetworkScene()
  private let controller: SimulatedProcess
  private let node: SimulatedProcess
  private let counter: Counter
  private let peer: any WirePeer
  private let nodeEnd = Ending()
  private let controllerEnd = Ending()

  /// When and why an end of a connection ended.
  private final class Ending: Sendable {
    private let state = Mutex<(seconds: Double, reason: String)?>(nil)

    func note(_ seconds: Double, _ reason: String) { state.withLock { $0 = (seconds, reason) } }
    var seconds: Double? { state.withLock { $0?.seconds } }
    var reason: String { state.withLock { $0?.reason ?? "" } }
  }

  /// An agent that is connected to a controller, at second 1.
  init() throws {
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    (self.controller, self.node) = (controller, node)
    let counter = Counter(scene.clock)
    self.counter = counter
    let wire = scene.wire(scene.nodeFabric(node), node)
    let listening = scene.wire(scene.controllerFabric(controller), controller)
    controller.start { [scene, controllerEnd] in
      try? await listening.listen(on: NetworkScene.controller, service: counter) { peer in
        let reason = await peer.closed()
        controllerEnd.note(scene.time, reason)
      }
    }
    peer = try scene.run(node) { try await wire.dial(NetworkScene.controller, service: counter) }
    node.start { [scene, peer, nodeEnd] in
      let reason = await peer.closed()
      nodeEnd.note(scene.time, reason)
    }
    scene.run(for: .seconds(1) - .nanoseconds(Int64(scene.timeline.now.nanoseconds)))
  }

  private func echo(_ message: [UInt8], timeout: Duration = .seconds(60)) throws -> [UInt8] {
    try scene.run(node) { [peer] in try await peer.call("t/Echo", message, timeout: timeout) }
  }

  @Test func aQuietConnectionLives() throws {
    scene.run(for: .seconds(3600))
    #expect(nodeEnd.seconds == nil && controllerEnd.seconds == nil)
    #expect(try echo([1]) == [1])
  }

  @Test func aForgottenConnectionIsFoundByBothEndsWithinHalfAMinute() throws {
    scene.network.halfOpen("node")
    scene.run(for: .seconds(60))
    for end in [nodeEnd, controllerEnd] {
      let seconds = try #require(end.seconds)
      // Silent for 10 seconds, then asked for 20; the last thing heard was before second 1.
      #expect(seconds > 29 && seconds < 31)
      #expect(end.reason.hasPrefix("nothing was heard for"))
    }
    let wire = scene.wire(scene.nodeFabric(node), node)
    let again = try scene.run(node) { [counter] in
      try await wire.dial(NetworkScene.controller, service: counter)
    }
    #expect(
      try scene.run(node) { try await again.call("t/Echo", [2], timeout: .seconds(1)) } == [2])
  }

  @Test(arguments: CutDirection.allCases)
  func aShortPartitionEndsByHealing(_ direction: CutDirection) throws {
    scene.network.cut("node", direction)
    scene.timeline.after(.seconds(8)) { [network = scene.network] in network.heal("node") }
    let begun = scene.time
    #expect(try echo([3]) == [3])
    #expect(scene.time - begun >= 8)
    #expect(counter.counts == [[3]: 1])
    scene.run(for: .seconds(120))
    #expect(nodeEnd.seconds == nil && controllerEnd.seconds == nil)
  }

  @Test func aLongPartitionEndsTheConnectionAtBothEnds() throws {
    scene.network.cut("controller")
    scene.run(for: .seconds(40))
    for end in [nodeEnd, controllerEnd] {
      #expect(try #require(end.seconds) < 31 && end.reason.hasPrefix("nothing was heard for"))
    }
  }

  @Test func aKilledPeerIsSeenAtOnce() throws {
    controller.kill()
    scene.network.killed(controller)
    scene.run(for: .seconds(60))
    #expect(try #require(nodeEnd.seconds) < 1.001)
    #expect(nodeEnd.reason == "the peer closed the connection")
  }

  @Test func aPeerThatIsKilledWithBytesUnreadResets() throws {
    // It has been sent something that it does not live to read.
    node.start { [peer] in _ = try? await peer.call("t/Echo", [4], timeout: .seconds(10)) }
    scene.network.onCall = { [scene, controller] call in
      guard case .send = call.operation else { return }
      scene.timeline.after(.microseconds(450)) { scene.network.killed(controller) }
      controller.kill()
    }
    scene.run(for: .seconds(60))
    #expect(nodeEnd.reason == "connection reset" && counter.counts.isEmpty)
  }

  @Test func aPeerWithoutPowerIsFoundBySilence() throws {
    controller.kill()
    scene.network.lost("controller")
    scene.run(for: .seconds(20))
    #expect(nodeEnd.seconds == nil)
    scene.run(for: .seconds(40))
    let seconds = try #require(nodeEnd.seconds)
    #expect(seconds > 29 && seconds < 31 && nodeEnd.reason.hasPrefix("nothing was heard for"))
  }

  @Test func aPeerThatHasRebootedResetsWhatItDoesNotKnow() throws {
    controller.kill()
    scene.network.lost("controller")
    scene.network.booted("controller")
    scene.run(for: .seconds(60))
    // With the first ping.
    let seconds = try #require(nodeEnd.seconds)
    #expect(seconds > 9.9 && seconds < 11 && nodeEnd.reason == "connection reset")
  }

  @Test func brokenConnectionsEndAtBothEndsAtOnce() throws {
    scene.network.reset("node")
    scene.run(for: .seconds(1))
    for end in [nodeEnd, controllerEnd] {
      #expect(end.seconds == 1 && end.reason == "connection reset")
    }
  }

  @Test func aKilledProcessAnswersNothing() throws {
    let outcome = try scene.run(node) { [scene, controller, peer] in
      scene.timeline.after(.milliseconds(500)) {
        controller.kill()
        scene.network.killed(controller)
      }
      do { return "\(try await peer.call("t/Slow", [5], timeout: .seconds(30)))" } catch {
        return "\(error)"
      }
    }
    #expect(outcome.hasPrefix("unavailable"))
    #expect(scene.time < 1.6)
    scene.run(for: .seconds(10))
    #expect(counter.counts == [[5]: 1])
  }

  @Test func aCallAtWhichItsProcessIsKilledComesToNothing() throws {
    scene.network.onCall = { [scene, node] call in
      guard call.process == "node" else { return }
      #expect(call.machine == "node" && call.peer == "controller")
      node.kill()
      scene.network.killed(node)
    }
    node.start { [peer] in _ = try? await peer.call("t/Echo", [6], timeout: .seconds(10)) }
    scene.run(for: .seconds(60))
    #expect(!node.isAlive && counter.counts.isEmpty)
    #expect(controllerEnd.reason == "the peer closed the connection")
  }

  @Test func aProcessThatIsKilledAtItsConnectHasNone() throws {
    let other = scene.process("other")
    let fabric = scene.nodeFabric(other)
    let notes = Notes()
    scene.network.onCall = { [scene] call in
      guard call.process == "other" else { return }
      notes.add("\(call.operation)")
      other.kill()
      scene.network.killed(other)
    }
    other.start {
      do { _ = try await fabric.connect(to: NetworkScene.controller) } catch {
        notes.add("\(error)")
      }
    }
    scene.run(for: .seconds(1))
    #expect(notes.all.count == 2 && notes.all[0] == "connect" && notes.all[1].contains("killed"))
  }
}
