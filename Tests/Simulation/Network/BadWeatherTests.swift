// SPDX-License-Identifier: Apache-2.0

import Base
import Simulation
import Synchronization
import Testing
import Wire

/// The wire's own code over a network that loses, doubles and disorders.
@Suite(.timeLimit(.minutes(10)))
struct BadWeatherTests {
  private static let foul = Weather(
    delay: .milliseconds(1)...(.milliseconds(40)), loss: 300, duplication: 100, reordering: 200)

  /// Of so bad a network TCP can make a silence that is longer than the usual patience.
  private static let quiet = Duration.seconds(100)

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func everyCallIsAnsweredOnce(_ seed: UInt64) throws {
    let scene = NetworkScene(seed: seed, weather: Self.foul)
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    let counter = Counter(scene.clock)
    scene.listen(controller, counter, quiet: Self.quiet)
    let wire = scene.wire(scene.nodeFabric(node), node, quiet: Self.quiet)
    let replies = try scene.run(node) {
      let peer = try await Self.dial(wire, counter)
      return try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in UInt8(0)..<60 {
          group.addTask {
            let message = [number] + [UInt8](repeating: number, count: Int(number) * 700)
            return try await peer.call("t/Echo", message, timeout: .seconds(900)) == message
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(replies.count == 60 && replies.allSatisfy(\.self))
    #expect(counter.counts.count == 60 && counter.counts.values.allSatisfy { $0 == 1 })
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func everyMessageOfAStreamComesOnceAndInOrder(_ seed: UInt64) throws {
    let scene = NetworkScene(seed: seed, weather: Self.foul)
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    let counter = Counter(scene.clock)
    scene.listen(controller, counter, quiet: Self.quiet)
    let wire = scene.wire(scene.nodeFabric(node), node, quiet: Self.quiet)
    let messages = (0..<40).map { number in
      [UInt8](repeating: UInt8(number), count: 1 + number * number * 37)
    }
    let heard = try scene.run(node) {
      let peer = try await Self.dial(wire, counter)
      let stream = try await peer.open(WireRequest("s/Echo", timeout: nil))
      async let sending: Void = {
        for message in messages { try await stream.send(message) }
        await stream.endMessages()
      }()
      var heard: [[UInt8]] = []
      while let message = try await stream.next() { heard.append(message) }
      try await sending
      return heard
    }
    #expect(heard == messages)
  }

  /// As an agent does it: again until it succeeds.
  private static func dial(
    _ wire: PlainNetwork, _ service: any WireService
  ) async throws -> any WirePeer {
    for _ in 0..<20 {
      if let peer = try? await wire.dial(NetworkScene.controller, service: service) { return peer }
    }
    return try await wire.dial(NetworkScene.controller, service: service)
  }

  @Test func weatherComesAndGoes() throws {
    let scene = NetworkScene()
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    scene.listen(controller, Counter(scene.clock))
    let wire = scene.wire(scene.nodeFabric(node), node)
    let start = scene.timeline.now
    let slow = Weather(delay: .seconds(1)...(.seconds(1)))
    scene.network.schedule(
      slow, in: .between("node", "controller"), from: start + .seconds(10),
      until: start + .seconds(20))
    let times = try scene.run(node) { [clock = scene.clock] in
      let peer = try await wire.dial(NetworkScene.controller, service: Counter(clock))
      var times: [Duration] = []
      for second in [5, 12, 22] as [Int64] {
        try await clock.sleep(until: clock.uptime + (start + .seconds(second) - scene.timeline.now))
        let begun = clock.uptime
        _ = try await peer.call("t/Echo", [], timeout: .seconds(30))
        times.append(clock.uptime - begun)
      }
      return times
    }
    #expect(times[0] >= .microseconds(200) && times[0] <= .microseconds(800))
    #expect(times[1] == .seconds(2))
    #expect(times[2] <= .microseconds(800))
  }

  @Test func theLongestDelayOfAllWeathersCounts() throws {
    let scene = NetworkScene(weather: Weather(delay: .zero...(.zero)))
    let (controller, node) = (scene.process("controller"), scene.process("node"))
    _ = scene.controllerFabric(controller)
    let fabric = scene.nodeFabric(node)
    let spells = [Region.from("node"), .to("node"), .everywhere].map {
      scene.network.begin(Weather(delay: .seconds(1)...(.seconds(1))), in: $0)
    }
    /// How long it takes to be refused: there and back.
    func roundTrip() throws -> Double {
      let begun = scene.time
      _ = try? scene.run(node) { try await fabric.connect(to: NetworkScene.controller) }
      return scene.time - begun
    }
    #expect(try roundTrip() == 2)
    scene.network.end(spells[2])
    #expect(try roundTrip() == 2)
    scene.network.end(spells[1])
    #expect(try roundTrip() == 1)
    scene.network.end(spells[0])
    #expect(try roundTrip() == 0)
  }
}
