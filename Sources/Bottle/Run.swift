// SPDX-License-Identifier: Apache-2.0

public import Base
import Simulation
import Synchronization

/// One run of a scenario, from an empty cloud until all has come to rest.
public struct Run: Sendable {
  /// What came of a run.
  public struct Outcome: Sendable {
    public let scenario: Scenario
    public let history: History
    /// What was broken; empty for a good run.
    public let violations: [Violation]
    /// Steps of the timeline.
    public let steps: UInt64
    /// Virtual time from beginning to end.
    public let span: Duration
    /// How often the records were checked.
    public let checks: UInt64
    /// How long it took from the last fault and the last request until all was at rest; nil if it never was.
    public let unrest: Duration?
  }

  private static let interval = Duration.seconds(10)

  private let scenario: Scenario
  private let keeping: Int
  private let isRereading: Bool

  /// - Parameters:
  ///   - keeping: how many of the last events the history keeps.
  ///   - rereading: compares what is read of each commit's changes with the whole store, which is slow.
  public init(_ scenario: Scenario, keeping: Int = .max, rereading: Bool = false) {
    self.scenario = scenario
    self.keeping = keeping
    isRereading = rereading
  }

  /// Runs it on the calling thread, which does nothing else meanwhile.
  public func outcome() throws(RoostError) -> Outcome {
    // SQLite draws the salts of all its databases from one place.
    SimulatedVFS.seed(SeededRandomness(seed: scenario.seed))
    let world = try World(scenario, keeping: keeping)
    world.watchNetwork()
    let checks = StateChecks(world, rereading: isRereading)
    world.controller.machine.whenSynced { checks.commitIsDue() }
    for machine in world.machines { machine.start() }
    let clients = try Clients(world, until: world.moment(scenario.length))
    FaultDriver(world).schedule(scenario.plan)
    let busyUntil = max(world.moment(scenario.length), world.moment(scenario.plan.end))
    let isGood = live(world, checks, until: busyUntil)
    let unrest = isGood ? try settle(world, checks, clients, from: busyUntil) : nil
    let violations = checks.violations
    return Outcome(
      scenario: scenario, history: world.recorder.soFar, violations: violations,
      steps: world.timeline.steps, span: world.timeline.now - Uptime(nanoseconds: 0),
      checks: checks.checked, unrest: unrest)
  }

  /// Lets time pass to `end`, with a look at everything now and then.
  private func live(_ world: World, _ checks: StateChecks, until end: Uptime) -> Bool {
    while world.timeline.now < end {
      let next = min(world.timeline.now + Self.interval, end)
      world.timeline.run(until: next) { checks.afterStep() && !world.isLookWanted }
      guard checks.violations.isEmpty else { return false }
      world.isLookWanted = false
      checks.atQuietMoment()
      let states = awaiting(world, checks) { await NodeStates.violations(world) }
      for violation in states ?? [] { checks.report(violation) }
      guard checks.violations.isEmpty else { return false }
    }
    return true
  }

  /// Faults are over and nobody asks for anything: waits for rest, and looks whether it is the right one.
  ///
  /// - Returns: how long it took until all was at rest.
  private func settle(
    _ world: World, _ checks: StateChecks, _ clients: Clients, from begin: Uptime
  ) throws(RoostError) -> Duration? {
    let patience = Patience(world, since: begin)
    var outstanding: [String]?
    repeat {
      guard live(world, checks, until: world.timeline.now + Self.interval) else { return nil }
      outstanding = awaiting(world, checks) {
        await Convergence.outstanding(world, checks.revocations)
      }
      if outstanding == [], clients.areDone, !world.backups.isRestoring { break }
    } while !patience.isOver(whenAtRest: outstanding == [])
    for text in outstanding ?? ["nothing could be looked at"] {
      checks.report(Violation(.converges, "\(patience.spent) \(text)."))
    }
    if !clients.areDone { checks.report(Violation(.converges, "A client never came to its end.")) }
    checks.lookAtAll()
    guard checks.violations.isEmpty else { return nil }
    let unrest = world.timeline.now - begin
    let failure = awaiting(world, checks) { await clients.lookForTheLastTime() }
    if let failure = failure ?? "it takes too long" {
      checks.report(Violation(.converges, "At rest \(failure)."))
    }
    let findings = awaiting(world, checks) { await clients.operator.audit() }
    for finding in (findings ?? nil) ?? ["the audit could not be made"] {
      checks.report(Violation(.audit, finding))
    }
    for violation in world.ledger.violations + (try ImageChecks.violations(world)) {
      checks.report(violation)
    }
    return unrest
  }

  /// Runs a task of the checker's to its end; nil if it takes too long.
  private func awaiting<Value: Sendable>(
    _ world: World, _ checks: StateChecks, _ work: @escaping @Sendable () async -> Value
  ) -> Value? {
    let result = Mutex<Value?>(nil)
    let process = SimulatedProcess("checker", on: world.timeline)
    process.start {
      let value = await work()
      result.withLock { $0 = value }
    }
    world.timeline.run(until: world.timeline.now + .seconds(300)) {
      checks.afterStep() && result.withLock { $0 == nil }
    }
    return result.withLock { $0 }
  }
}
