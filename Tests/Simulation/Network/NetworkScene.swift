// SPDX-License-Identifier: Apache-2.0

import Base
import Log
import Simulation
import Synchronization
import Testing
import Wire

/// Machines on a simulated network, from a seed.
struct NetworkScene {
  static let controller = "192.0.2.1:7000"

  let timeline: Timeline
  let network: SimulatedNetwork
  let clock: SimulatedClock

  init(seed: UInt64 = 1, weather: Weather = Weather()) {
    timeline = Timeline(seed: seed)
    network = SimulatedNetwork(timeline, seed: seed, weather: weather)
    clock = SimulatedClock(timeline)
  }

  /// In seconds since the beginning.
  var time: Double { Double(timeline.now.nanoseconds) / 1e9 }

  func process(_ name: String) -> SimulatedProcess { SimulatedProcess(name, on: timeline) }

  /// The network as a process on the machine with the controller sees it.
  func controllerFabric(_ process: SimulatedProcess) -> any Fabric {
    network.fabric(
      for: process, on: "controller", identity: PeerIdentity(role: .controller, node: nil),
      address: "192.0.2.1")
  }

  /// The same for a node's agent.
  func nodeFabric(_ process: SimulatedProcess) -> any Fabric {
    network.fabric(
      for: process, on: "node",
      identity: PeerIdentity(role: .node, node: .random(from: SeededRandomness())),
      address: "192.0.2.2")
  }

  /// - Parameter quiet: see `PlainNetwork`.
  func wire(
    _ fabric: any Fabric, _ process: SimulatedProcess, quiet: Duration = PlainNetwork.quiet
  ) -> PlainNetwork {
    PlainNetwork(
      fabric, loop: process.loop, clock: clock, software: "test/1", quiet: quiet, log: .silent)
  }

  /// A controller that serves.
  func listen(
    _ process: SimulatedProcess, _ service: any WireService, quiet: Duration = PlainNetwork.quiet
  ) {
    let wire = wire(controllerFabric(process), process, quiet: quiet)
    process.start {
      try? await wire.listen(on: Self.controller, service: service) { _ = await $0.closed() }
    }
  }

  /// Two ends of a connection between a node's process and the controller's, without a protocol.
  func connected(
    _ node: SimulatedProcess, _ controller: SimulatedProcess
  ) throws -> (near: any Transport, far: any Transport) {
    let (dialling, listening) = (nodeFabric(node), controllerFabric(controller))
    let accepted = Mutex<(any Transport)?>(nil)
    controller.start {
      for await arrival in listening.arrivals(at: Self.controller) {
        accepted.withLock { $0 = arrival.transport }
      }
    }
    let near = try run(node) { try await dialling.connect(to: Self.controller).0 }
    run(for: .seconds(1))
    let far = accepted.withLock { $0 }
    return (near, try #require(far))
  }

  func run(for span: Duration) { timeline.run(until: timeline.now + span) }

  /// Runs a task of a process to its end, with all that happens meanwhile.
  func run<T: Sendable>(
    _ process: SimulatedProcess, within span: Duration = .seconds(3600),
    _ body: @escaping @Sendable () async throws -> T
  ) throws -> T {
    let outcome = Mutex<Result<T, any Error>?>(nil)
    process.start {
      do {
        let value = try await body()
        outcome.withLock { $0 = .success(value) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
    }
    timeline.run(until: timeline.now + span) { outcome.withLock { $0 == nil } }
    let ended = outcome.withLock { $0 }
    return try #require(ended, "it has not ended").get()
  }
}

/// What has happened, in order.
final class Notes: Sendable {
  private let lines = Mutex<[String]>([])

  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock(\.self) }
}
