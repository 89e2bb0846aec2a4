// SPDX-License-Identifier: Apache-2.0

import Base
import EventLoop
import Simulation
import Testing
import Wire

/// What the kernels of a simulated network do with single segments, seen from the sockets.
@Suite struct SegmentTests {
  private let pair: SocketPair

  init() throws { pair = try SocketPair() }

  @Test func inFairWeatherASegmentIsOneStep() {
    // Nobody waits for anything, so steps are of the network alone.
    let before = pair.scene.timeline.steps
    for _ in 0..<1000 {
      #expect(pair.send(pair.near, [1, 2, 3]) == .done(3))
      pair.scene.run(for: .milliseconds(10))
    }
    #expect(pair.scene.timeline.steps - before == 1000)
    #expect(pair.receive(pair.far).bytes.count == 3000)
    // The acknowledgements have come all the same: the whole buffer is there.
    let block = [UInt8](repeating: 0, count: 16 << 10)
    for _ in 0..<16 { #expect(pair.send(pair.near, block) == .done(block.count)) }
    #expect(pair.send(pair.near, block) == .wantsWrite)
  }

  @Test func aReaderThatDoesNotReadHoldsTheSenderBack() throws {
    let block = [UInt8](repeating: 0, count: 16 << 10)
    var sent = 0
    for _ in 0..<100 {
      if case .done(let count) = pair.send(pair.near, block) { sent += count }
      pair.scene.run(for: .seconds(1))
    }
    // What the receiver takes, and what the sender keeps.
    #expect(sent == 512 << 10)
    try pair.near.want(.write)
    pair.scene.run(for: .seconds(600))
    #expect(pair.told.all == [])
    #expect(pair.receive(pair.far).bytes.count == 256 << 10)
    pair.scene.run(for: .milliseconds(5))
    #expect(pair.told.all == ["near "])
    #expect(pair.receive(pair.far).bytes.count == 256 << 10)
  }

  @Test func aLostWordOfRoomIsAskedFor() throws {
    let block = [UInt8](repeating: 0, count: 16 << 10)
    while pair.send(pair.near, block) != .wantsWrite { pair.scene.run(for: .milliseconds(5)) }
    pair.scene.network.cut("controller", .outgoing)
    #expect(pair.receive(pair.far).bytes.count == 256 << 10)
    pair.scene.run(for: .seconds(5))
    #expect(pair.receive(pair.far).outcome == .wantsRead)
    pair.scene.network.heal("controller")
    pair.scene.run(for: .seconds(20))
    #expect(pair.receive(pair.far).bytes.count == 256 << 10)
  }

  @Test func roomThatIsToldOfMeanwhileIsUsed() {
    let block = [UInt8](repeating: 0, count: 16 << 10)
    for _ in 0..<15 { #expect(pair.send(pair.near, block) == .done(block.count)) }
    #expect(pair.send(pair.near, Array(block.prefix(10 << 10))) == .done(10 << 10))
    pair.scene.run(for: .seconds(1))
    #expect(pair.receive(pair.far).bytes.count == 250 << 10)
    // The word of that is under way when this finds too little room.
    #expect(pair.send(pair.near, block) == .done(block.count))
    pair.scene.run(for: .milliseconds(5))
    #expect(pair.receive(pair.far).bytes.count == block.count)
  }

  @Test func whoLeavesBytesIsToldAgain() throws {
    try pair.far.start { [pair] _ in
      var byte: [UInt8] = [0]
      guard byte.withUnsafeMutableBytes({ pair.far.receive(into: $0) }) == .done(1) else { return }
      pair.told.add("\(byte[0])")
    }
    #expect(pair.send(pair.near, [1, 2, 3]) == .done(3))
    pair.scene.run(for: .seconds(1))
    #expect(pair.told.all == ["1", "2", "3"])
  }

  @Test func aSegmentThatIsLostIsSentAgainEverLater() throws {
    pair.scene.network.cut("node")
    let begun = pair.scene.timeline.now
    #expect(pair.send(pair.near, [7]) == .done(1))
    try pair.far.want(.read)
    // Sent at 0, 0.2, 0.6 and 1.4 seconds.
    pair.scene.timeline.at(begun + .milliseconds(700)) { [network = pair.scene.network] in
      network.heal("node")
    }
    pair.scene.timeline.run(until: begun + .milliseconds(1400))
    #expect(pair.told.all == [])
    pair.scene.timeline.run(until: begun + .milliseconds(1401))
    #expect(pair.told.all == ["far read"] && pair.receive(pair.far).bytes == [7])
    pair.scene.run(for: .seconds(600))
    #expect(pair.receive(pair.far).outcome == .wantsRead)
  }

  @Test func aLostAcknowledgementHasItSentAgainAndDropped() {
    pair.scene.network.cut("controller", .outgoing)
    #expect(pair.send(pair.near, [7]) == .done(1))
    pair.scene.run(for: .seconds(1))
    #expect(pair.receive(pair.far).bytes == [7])
    pair.scene.network.heal("controller")
    pair.scene.run(for: .seconds(60))
    #expect(pair.receive(pair.far).outcome == .wantsRead)
    #expect(pair.send(pair.near, [8]) == .done(1))
    pair.scene.run(for: .seconds(1))
    #expect(pair.receive(pair.far).bytes == [8])
  }

  @Test func whatIsNeverAcknowledgedBreaksTheConnection() throws {
    pair.scene.network.cut("node")
    let begun = pair.scene.time
    #expect(pair.send(pair.near, [7]) == .done(1))
    try pair.near.want(.read)
    pair.scene.timeline.run(until: pair.scene.timeline.now + .seconds(1000)) {
      pair.told.all.isEmpty
    }
    #expect(abs(pair.scene.time - begun - 204.6) < 0.001)
    #expect(pair.receive(pair.near).outcome == .failed("connection timed out"))
    #expect(pair.send(pair.near, [8]) == .failed("connection timed out"))
  }
}
