// SPDX-License-Identifier: Apache-2.0

import Base
import ControllerDaemon
import Simulation
import Synchronization

/// All who ask a run's cloud for something: an operator, a publisher of images, and tenants. Each has a
/// process of its own that nothing befalls.
final class Clients: Sendable {
  let `operator`: Operator
  private let tenants: [Tenant]
  private let running: Mutex<Int>

  /// Between one backup and the next, on average.
  private static let backupPause = Duration.seconds(300)

  /// Makes what servers are made of, and has everybody begin.
  ///
  /// - Throws: when the cloud, to which nothing has happened yet, can't be set up.
  init(_ world: World, until end: Uptime) throws(RoostError) {
    let things = try Self.setUp(world)
    let seed = world.scenario.seed
    let clock = SimulatedClock(world.timeline, bootedAt: .zero)
    `operator` = Operator(
      seed: seed &+ 100, door: world.door, clock: clock, nodes: world.nodes.map(\.id),
      ledger: world.ledger, recorder: world.recorder, pause: .seconds(300))
    let draws = SeededRandomness(seed: seed &+ 300)
    let workload = Workload(seed: seed)
    tenants = (0..<world.scenario.clients).map { number in
      Tenant(
        NamedCallers.tenant(number), seed: seed &* 31 &+ UInt64(number) &+ 1000,
        door: world.door, clock: clock, things: things, ledger: world.ledger,
        recorder: world.recorder, enough: Self.enough(world.scenario), workload: workload,
        whenCreating: { Self.backUpSoon(world, draws) })
    }
    let publisher = workload.imagePause.map {
      Publisher(
        seed: seed &+ 400, door: world.door, clock: clock, shelf: things.images,
        recorder: world.recorder, pause: $0)
    }
    running = Mutex(tenants.count + (publisher == nil ? 1 : 2))
    start("operator", world) { [self] in await self.operator.run(until: end) }
    let isOver = max(end, world.moment(world.scenario.plan.end))
    SimulatedProcess("operator", on: world.timeline).start { [self] in
      await self.operator.removeOrphans(from: isOver)
    }
    SimulatedProcess("operator", on: world.timeline).start {
      await Self.makeBackups(world, clock, until: end)
    }
    if let publisher {
      start("publisher", world) { await publisher.run(until: end) }
    }
    for tenant in tenants {
      start(tenant.name, world) { await tenant.run(until: end) }
    }
  }

  /// Whether nobody will ask for anything more.
  var areDone: Bool { running.withLock { $0 == 0 } }

  /// Every tenant looks at all it ever asked for, and deletes what failed; one more server is made and
  /// deleted.
  ///
  /// - Returns: why that was not possible; nil if it was.
  func lookForTheLastTime() async -> String? {
    for tenant in tenants { await tenant.lookForTheLastTime() }
    for tenant in tenants {
      if let failure = await tenant.deleteFailed() { return failure }
    }
    return await tenants.first?.tryOut()
  }

  /// So many servers each tenant may have that there is room for one more in the end.
  private static func enough(_ scenario: Scenario) -> Int {
    let room = scenario.nodes * NodeMachine.room - 1
    return max(1, min(6, room / max(1, scenario.clients)))
  }

  /// Now and then a backup is one of the moment in which a server is being made.
  private static func backUpSoon(_ world: World, _ randomness: SeededRandomness) {
    guard randomness.number(below: 8) == 0 else { return }
    let soon = Duration.microseconds(Int64(randomness.number(below: 150_000)))
    world.timeline.after(soon) { world.backups.make() }
  }

  private static func makeBackups(
    _ world: World, _ clock: SimulatedClock, until end: Uptime
  ) async {
    let randomness = SeededRandomness(seed: world.scenario.seed &+ 200)
    while clock.uptime < end {
      world.backups.make()
      let wait = randomness.number(below: UInt64(2 * backupPause.microseconds))
      try? await clock.sleep(for: .microseconds(Int64(wait)))
    }
  }

  private func start(
    _ name: String, _ world: World, _ body: @escaping @Sendable () async -> Void
  ) {
    SimulatedProcess(name, on: world.timeline).start { [self] in
      await body()
      running.withLock { $0 -= 1 }
    }
  }

  private static func setUp(_ world: World) throws(RoostError) -> Tenant.Things {
    let made = Mutex<Result<Tenant.Things, RoostError>?>(nil)
    let clock = SimulatedClock(world.timeline)
    SimulatedProcess("setup", on: world.timeline).start {
      while !world.door.isOpen { try? await clock.sleep(for: .milliseconds(10)) }
      guard let core = world.controller.core else { return }
      do throws(RoostError) {
        let things = try await Setup.run(on: core)
        made.withLock { $0 = .success(things) }
      } catch {
        made.withLock { $0 = .failure(error) }
      }
    }
    world.timeline.run(until: world.moment(.seconds(60))) { made.withLock { $0 == nil } }
    guard let made = made.withLock({ $0 }) else {
      throw RoostError(.internal, "The bottle's cloud could not be set up.")
    }
    return try made.get()
  }
}
