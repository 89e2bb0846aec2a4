// SPDX-License-Identifier: Apache-2.0

import Base
import Hypervisor
import Images
import Journal
import Log
import NodeProtocol
import Synchronization

/// Makes one instance what it should be: looks, plans, acts, and looks again until there is an
/// outcome; then waits to be woken.
///
/// Woken by a new desired state, by the hypervisor's events, and by a slow timer in case an event
/// was lost. It has no input but the journal and the world, so waking it once too often is harmless.
struct Worker: Sendable {
  let instance: InstanceID
  let parts: NodeParts
  let observer: Observer
  let board: ReportBoard
  let starts: StartQueue
  let handle: WorkerHandle

  /// Between attempts at what looks lasting.
  private static let lasting = Duration.seconds(30)
  /// How long a guest has to power off after the button was pressed.
  private static let grace = Duration.seconds(60)

  /// What a worker remembers between passes; lost with the process, and nothing depends on it.
  private struct Memory {
    var generation: Generation?
    var attempts = 0
    var asked: Uptime?
    /// The step in hand; nil while looking or writing to the journal.
    var step: Step?
    /// Looks in a row that each led to steps.
    var passes = 0
  }

  /// So many looks lead to steps in an honest world: a create, a newer state, another's meddling.
  private static let honestPasses = 8

  /// Works until the instance is forgotten or the task is cancelled.
  func run() async {
    var memory = Memory()
    defer { starts.leave(instance) }
    while !Task.isCancelled {
      do throws(RoostError) {
        guard let entry = try await parts.journal.entry(instance) else { return }
        if memory.generation != entry.generation {
          memory = Memory()
          memory.generation = entry.generation
        }
        // What was told anew waits for nobody.
        if !Plan.isTakenDown(entry, bootID: parts.bootID) { starts.leave(instance) }
        if starts.holdsBack(instance, bell: handle.signal) {
          await handle.signal.wait()
          continue
        }
        try await attempt(entry, &memory)
      } catch {
        // The journal itself can't be read.
        parts.log.error("\(error)", [.instance: instance])
        await handle.signal.wait(atMost: .seconds(30), parts.clock)
      }
    }
  }

  private func attempt(_ entry: JournalEntry, _ memory: inout Memory) async throws(RoostError) {
    let pause: Duration
    do throws(RoostError) {
      memory.step = nil
      if let wanted = try await pass(entry, &memory) {
        memory.passes = 0
        pause = wanted
        starts.leave(instance)
      } else {
        memory.passes += 1
        guard memory.passes > Self.honestPasses else { return }
        // Each step succeeds and yet the world is not as planned: someone undoes it.
        let excess = memory.passes - Self.honestPasses
        parts.log.warning(
          "still not as it should be after \(memory.passes) attempts", [.instance: instance])
        pause = FailureRule.pause(excess, parts.randomness.number(below: 100))
      }
      memory.attempts = 0
    } catch {
      memory.attempts += 1
      // A hypervisor that does not answer yet is no fault of this guest's: it keeps its turn.
      if memory.step != nil || error.kind != .unavailable { starts.leave(instance) }
      guard let wait = try await afterFailure(error, entry, memory) else { return }
      pause = wait
    }
    await handle.signal.wait(atMost: pause, parts.clock)
  }

  /// One look, one plan, and what the plan says. Returns how long to wait, nil to look again.
  private func pass(
    _ entry: JournalEntry, _ memory: inout Memory
  ) async throws(RoostError) -> Duration? {
    let observed = try await observer.observe(entry)
    let uptime = parts.clock.uptime
    let circumstances = Plan.Circumstances(
      bootID: parts.bootID, graceOver: memory.asked.map { uptime - $0 >= Self.grace } ?? false,
      asked: memory.asked != nil)
    switch Plan.make(entry, observed, circumstances) {
    case .steps(let steps):
      try await carryOut(steps, entry, observed, &memory)
      return nil
    case .awaitShutdown:
      let left = memory.asked.map { Self.grace - (uptime - $0) } ?? Self.grace
      return max(left, .milliseconds(100))
    case .settled(let power):
      try await settle(entry, observed, power)
      return idle
    case .failed(let failure):
      board.post(observation(entry, .failed) { $0.failure = failure })
      return idle
    case .gone:
      try await parts.disks.settleRemoval(of: instance)
      board.post(observation(entry, .gone))
      return idle
    }
  }

  private func carryOut(
    _ steps: [Step], _ entry: JournalEntry, _ observed: ObservedInstance, _ memory: inout Memory
  ) async throws(RoostError) {
    let runner = StepRunner(parts: parts)
    for step in steps {
      // What came meanwhile may contradict the rest of the plan.
      if Task.isCancelled || handle.isSuperseded(entry.generation) { return }
      memory.step = step
      if step == .fetchImage { board.post(observation(entry, .working) { $0.step = step.name }) }
      try await runner.run(step, entry, observed)
      memory.step = nil
      parts.log.debug("\(step.name) done", [.instance: instance, .operation: step.name])
      switch step {
      case .startDomain: try await recordStart(entry)
      case .shutdownDomain: memory.asked = parts.clock.uptime
      default: break
      }
    }
    memory.attempts = 0
  }

  private func recordStart(_ entry: JournalEntry) async throws(RoostError) {
    let bootID = parts.bootID
    try await parts.journal.update(instance, at: entry.generation) { entry in
      entry.booted = true
      entry.startedIn = bootID
      entry.power = PowerState.running.rawValue
    }
    parts.crashPoints.reach(.recordStartAfter)
  }

  private func settle(
    _ entry: JournalEntry, _ observed: ObservedInstance, _ power: PowerState
  ) async throws(RoostError) {
    let active = observed.domain?.active == true
    let unrecorded = active && (!entry.booted || entry.startedIn != parts.bootID)
    if entry.power != power.rawValue || unrecorded {
      let bootID = parts.bootID
      try await parts.journal.update(instance, at: entry.generation) { entry in
        entry.power = power.rawValue
        guard active else { return }
        entry.booted = true
        entry.startedIn = bootID
      }
    }
    board.post(
      observation(entry, .settled) {
        $0.powerState = power.rawValue
        $0.machineType = observed.domain?.machineType ?? ""
      })
  }

  /// Returns how long to wait before the next attempt; nil when it was given up, to clean up.
  private func afterFailure(
    _ error: RoostError, _ entry: JournalEntry, _ memory: Memory
  ) async throws(RoostError) -> Duration? {
    let step = memory.step?.name ?? "observe"
    let jitter = parts.randomness.number(below: 100)
    let pause = FailureRule.pause(memory.attempts, jitter)
    var verdict = FailureRule.judge(error, attempts: memory.attempts, jitter: jitter)
    // A removal is never given up, nor a look at what exists, nor a note in the journal.
    if verdict == .giveUp, entry.target == .absent || entry.failure != nil || memory.step == nil {
      verdict = .retry(pause)
    }
    switch verdict {
    case .retry(let pause):
      parts.log.warning("\(step) will be tried again: \(error)", [.instance: instance])
      // A look that fails says nothing new about a guest that was settled before.
      if memory.step != nil || entry.power == 0 {
        board.post(
          observation(entry, .working) {
            $0.step = step
            $0.failure = error.user
          })
      }
      return pause
    case .giveUp where entry.booted:
      // Its user is told, and it is tried again for good: what keeps a guest down after a reboot of
      // the host, a bridge or a disk that comes up late, passes without anyone telling the agent.
      parts.log.error("\(step) failed: \(error)", [.instance: instance])
      board.post(
        observation(entry, .failed) {
          $0.step = step
          $0.failure = error.user
        })
      return max(pause, Self.lasting)
    case .giveUp:
      parts.log.error("\(step) failed for good: \(error)", [.instance: instance])
      let reason = error.user
      try await parts.journal.update(instance, at: entry.generation) { $0.failure = reason }
      return nil
    }
  }

  /// Between five and ten minutes, so that the guests of a node don't all look at once.
  private var idle: Duration {
    .seconds(300 + Int64(parts.randomness.number(below: 300)))
  }

  private func observation(
    _ entry: JournalEntry, _ phase: Observation.Phase,
    _ fill: (inout Observation) -> Void = { _ in }
  ) -> Observation {
    var observation = Observation()
    observation.instanceID = instance
    observation.generation = entry.generation
    observation.phase = phase
    observation.domainName = DomainSpec.domainName(of: instance)
    observation.powerState = entry.power
    fill(&observation)
    return observation
  }
}

/// What others hold of a worker.
final class WorkerHandle: Sendable {
  let signal = WakeSignal()
  private let newest = Mutex<Generation?>(nil)

  /// Tells the worker that something newer is in the journal.
  func supersede(with generation: Generation) {
    newest.withLock { $0 = max($0 ?? generation, generation) }
    signal.ring()
  }

  /// Whether something newer than `generation` is in the journal.
  func isSuperseded(_ generation: Generation) -> Bool {
    newest.withLock { $0.map { $0 > generation } ?? false }
  }
}
