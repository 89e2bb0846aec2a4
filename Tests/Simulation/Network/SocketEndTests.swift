// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Simulation
import Testing
import Wire

/// How sockets of the simulated network end: closed, reset, with their process, or never.
@Suite struct SocketEndTests {
  private let pair: SocketPair

  init() throws { pair = try SocketPair() }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aResetDoesNotOvertakeBytes(_ seed: UInt64) throws {
    let scene = NetworkScene(
      seed: seed, weather: Weather(delay: .milliseconds(1)...(.milliseconds(20))))
    let (node, controller) = (scene.process("node"), scene.process("controller"))
    let (near, far) = try scene.connected(node, controller)
    let told = Notes()
    try far.start { [far] _ in
      var bytes: [UInt8] = [0, 0]
      told.add("\(bytes.withUnsafeMutableBytes { far.receive(into: $0) })")
      try? far.want(told.all.count < 2 ? .read : [])
    }
    // What the near end leaves unread makes its end a reset.
    #expect(pair.send(far, [1]) == .done(1))
    scene.run(for: .seconds(1))
    #expect(pair.send(near, [2]) == .done(1))
    near.close()
    scene.run(for: .seconds(1))
    #expect(told.all.first == "done(1)" && told.all.last?.hasPrefix("failed") == true)
  }

  @Test func bytesBeforeTheEndComeBeforeIt() throws {
    pair.scene.network.cut("node")
    #expect(pair.send(pair.near, [1]) == .done(1))
    #expect(pair.send(pair.near, [2]) == .done(1))
    pair.near.close()
    pair.scene.run(for: .seconds(3))
    #expect(pair.receive(pair.far).outcome == .wantsRead)
    pair.scene.network.heal("node")
    pair.scene.run(for: .seconds(10))
    #expect(pair.receive(pair.far).bytes == [1, 2])
    #expect(pair.receive(pair.far).outcome == .closed)
  }

  @Test func aResetComesAtOnceAndDiscards() throws {
    #expect(pair.send(pair.near, [1]) == .done(1))
    pair.scene.run(for: .milliseconds(5))
    pair.scene.network.reset("node")
    #expect(pair.receive(pair.far).outcome == .failed("connection reset"))
    #expect(pair.send(pair.near, [1]) == .failed("connection reset"))
    pair.scene.run(for: .seconds(1))
    // Told though it waits for nothing, as EPOLLERR is.
    #expect(pair.told.all.sorted() == ["far read", "near read"])
  }

  @Test func aLostResetIsFoundBySending() throws {
    #expect(pair.send(pair.near, [1]) == .done(1))
    pair.scene.run(for: .seconds(1))
    pair.scene.network.cut("controller")
    pair.far.close()
    pair.scene.run(for: .seconds(1))
    pair.scene.network.heal("controller")
    pair.scene.run(for: .seconds(600))
    #expect(pair.receive(pair.near).outcome == .wantsRead)
    #expect(pair.send(pair.near, [2]) == .done(1))
    pair.scene.run(for: .milliseconds(5))
    #expect(pair.receive(pair.near).outcome == .failed("connection reset"))
  }

  @Test func ofAKilledProcessTheKernelSendsWhatItHas() {
    #expect(pair.send(pair.near, [1, 2]) == .done(2))
    pair.node.kill()
    pair.scene.network.killed(pair.node)
    pair.scene.run(for: .seconds(1))
    #expect(pair.receive(pair.far).bytes == [1, 2])
    #expect(pair.receive(pair.far).outcome == .closed)
  }

  @Test func aKilledProcessHasDeadSockets() throws {
    #expect(pair.send(pair.far, [1, 2]) == .done(2))
    pair.scene.run(for: .seconds(1))
    pair.node.kill()
    // Before the kernel has taken them away, and behind that.
    for _ in 0..<2 {
      #expect(pair.send(pair.near, [3]) == .failed("the socket is closed"))
      #expect(pair.receive(pair.near).outcome == .failed("the socket is closed"))
      try pair.near.want([.read, .write])
      pair.near.close()
      pair.scene.run(for: .seconds(1))
      #expect(pair.told.all == [])
      #expect(pair.receive(pair.far).outcome == .wantsRead)
      pair.scene.network.lost("node")
    }
  }

  @Test func aClosedSocketFails() {
    pair.near.close()
    #expect(pair.send(pair.near, [1]) == .failed("the socket is closed"))
    #expect(pair.receive(pair.near).outcome == .failed("the socket is closed"))
    pair.near.close()
    pair.scene.run(for: .seconds(1))
    #expect(pair.receive(pair.far).outcome == .closed)
  }

  @Test func aDroppedSocketIsClosed() throws {
    // The scene's own sockets are held by the suite; this one nobody holds.
    let fabric = pair.scene.nodeFabric(pair.node)
    let listening = pair.scene.network.fabric(
      for: pair.controller, on: "controller", identity: .anonymous, address: "192.0.2.1")
    let ended = Notes()
    pair.controller.start {
      for await arrival in listening.arrivals(at: "192.0.2.1:7001") {
        try? arrival.transport.start { [transport = arrival.transport] _ in
          var bytes: [UInt8] = [0]
          let outcome = bytes.withUnsafeMutableBytes { transport.receive(into: $0) }
          ended.add("\(outcome)")
          transport.close()
        }
      }
    }
    pair.scene.run(for: .zero)
    _ = try pair.scene.run(pair.node) { try await fabric.connect(to: "192.0.2.1:7001").1 }
    pair.scene.run(for: .seconds(1))
    #expect(ended.all == ["closed"])
  }
}
