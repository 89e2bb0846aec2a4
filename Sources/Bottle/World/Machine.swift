// SPDX-License-Identifier: Apache-2.0

import Base
import Database
import Simulation
import Synchronization

/// A machine of the bottle with the one program that runs on it: what outlives the program is here.
///
/// A program that ends by itself is started again, as systemd does; one that was killed is when whoever
/// killed it says so.
final class Machine: Sendable {
  private struct State {
    var process: SimulatedProcess?
    /// What the present run has opened, to be taken from it when it is killed.
    var holdings = Holdings()
    var runs: UInt64 = 0
    var boots = 1
    /// When the present run began, or the last one ended.
    var changedAt = Uptime(nanoseconds: 0)
    /// Until when something goes wrong with it or around it, but for its clock.
    var troubledUntil = Uptime(nanoseconds: 0)
    /// Whoever wants it down, by number: it comes up when none is left.
    var heldDown = 0
    /// How many cuts of power last.
    var powerCuts = 0
    /// Whether an operator has stopped the program.
    var isStopped = false
    /// How often everything that ran was ended.
    var ends = 0
  }

  let name: ProcessName
  let clock: SimulatedClock
  let volume: SimulatedVolume
  /// How the calls of hypervisor, switch and files go.
  let conduct: Conduct
  /// How SQLite's calls go when nothing is wrong.
  let usualLanes: Behaviours
  /// How SQLite's calls go.
  let databaseConduct: Conduct
  let calls = SeamCalls()
  let seed: UInt64
  private let timeline: Timeline
  private let network: SimulatedNetwork
  private let recorder: Recorder
  private let state = Mutex(State())
  private let program = Mutex<(@Sendable (Machine, SimulatedProcess) async -> String)?>(nil)
  private let synced = Mutex<(@Sendable () -> Void)?>(nil)
  /// What the loss of power does to what is on the machine beside the program.
  private let powerLost = Mutex<(@Sendable () -> Void)?>(nil)

  /// How long systemd waits before it starts a program again.
  private static let restartPause = Duration.seconds(1)

  init(
    _ name: ProcessName, seed: UInt64, timeline: Timeline, network: SimulatedNetwork,
    recorder: Recorder
  ) {
    self.name = name
    self.seed = seed
    self.timeline = timeline
    self.network = network
    self.recorder = recorder
    clock = SimulatedClock(timeline)
    conduct = Conduct(
      Self.usualBehaviours, clock: clock, randomness: SeededRandomness(seed: seed ^ 0xC0))
    // Fast disks and slow ones are both usual: behind a slow one, what comes next meets what is not done.
    let pace = Draws(seed: seed, purpose: "pace")
    usualLanes = Behaviours(
      usual: Behaviour(
        latency: .zero...(pace.chance(1, of: 2) ? .zero : .milliseconds(pace.octave(1...255)))))
    databaseConduct = Conduct(
      usualLanes, clock: clock, randomness: SeededRandomness(seed: seed ^ 0xDB))
    volume = SimulatedVolume(randomness: SeededRandomness(seed: seed ^ 0xD15C))
    volume.onCall = { [unowned self] call in
      calls.reach("\(call)", settles: call.operation.settles)
      if call.operation == .sync { synced.withLock { $0 }?() }
    }
    for conduct in [conduct, databaseConduct] {
      conduct.onCall = { [unowned self] (call, moment) throws(RoostError) in
        calls.reach("\(moment) \(call)")
        guard process?.isAlive == true else {
          throw RoostError(.cancelled, "The process that called \(call) was killed.")
        }
        if moment == .after, Self.steps.contains(call) {
          recorder.tell("\(name)", .step, call)
        }
      }
    }
  }

  /// Calls that change something; the others only look.
  private static let steps: Set<String> = [
    "hypervisor.define", "hypervisor.start", "hypervisor.shutdown", "hypervisor.destroy",
    "hypervisor.undefine", "switch.plug", "switch.unplug", "images.download",
    "disks.createDisk", "disks.createConfigDrive", "disks.remove",
  ]

  /// How calls go while nothing is wrong.
  static let usualBehaviours = Behaviours(
    usual: Behaviour(latency: .milliseconds(1)...(.milliseconds(20))),
    // Downloads take long, and one breaks off now and then, which nobody but the agent notices.
    special: [
      "images.download": Behaviour(
        latency: .milliseconds(20)...(.seconds(5)), failures: 300, failure: .unavailable)
    ])

  /// Says what runs here. `run` returns why the program ended.
  func install(
    _ run: @escaping @Sendable (Machine, SimulatedProcess) async -> String,
    powerLost: @escaping @Sendable () -> Void = {}
  ) {
    program.withLock { $0 = run }
    self.powerLost.withLock { $0 = powerLost }
  }

  /// Has `body` called whenever something is about to be flushed to the disk.
  func whenSynced(_ body: @escaping @Sendable () -> Void) { synced.withLock { $0 = body } }

  /// The program's present run, if it is not down.
  var process: SimulatedProcess? { state.withLock { $0.process } }

  /// For how long the program has run, or has been down.
  var steadyFor: Duration { timeline.now - state.withLock { $0.changedAt } }

  /// For how long nothing has gone wrong here; negative while something does.
  var untroubledFor: Duration { timeline.now - state.withLock { $0.troubledUntil } }

  /// Something goes wrong here for a while.
  func trouble(for span: Duration) {
    state.withLock { $0.troubledUntil = max($0.troubledUntil, timeline.now + span) }
  }

  /// Which boot of the machine this is, counted from 1.
  var boots: Int { state.withLock { $0.boots } }

  /// Which run of the program this is, counted from 1.
  var runs: UInt64 { state.withLock { $0.runs } }

  /// Starts the program, unless it runs or is held down.
  func start() {
    let begun = state.withLock { state -> SimulatedProcess? in
      guard state.process == nil, state.heldDown == 0, !state.isStopped else { return nil }
      state.runs += 1
      state.changedAt = timeline.now
      state.holdings = Holdings()
      state.process = SimulatedProcess("\(name)", on: timeline)
      return state.process
    }
    guard let begun, let run = program.withLock({ $0 }) else { return }
    volume.comeBack()
    network.booted("\(name)")
    recorder.tell("\(name)", .restart, "starts")
    begun.start { [self] in
      let reason = await run(self, begun)
      ended(begun, reason)
    }
  }

  /// Kills the program, or cuts the machine's power, and keeps it down.
  func goDown(for span: Duration, power: Bool, within call: String?) {
    state.withLock { state in
      state.heldDown += 1
      guard power else { return }
      state.boots += 1
      state.powerCuts += 1
      // A boot starts what was stopped before it.
      state.isStopped = false
    }
    let place = call.map { " within \($0)" } ?? ""
    recorder.tell(
      "\(name)", .crash, (power ? "the machine loses power" : "is killed") + place)
    calls.disarm()
    end(power: power)
    timeline.after(span) { [self] in
      state.withLock { state in
        state.heldDown -= 1
        if power { state.powerCuts -= 1 }
      }
      start()
    }
  }

  private func end(power: Bool) {
    let (killed, holdings) = state.withLock { state in
      defer { (state.process, state.holdings) = (nil, Holdings()) }
      state.ends += 1
      if state.process != nil { state.changedAt = timeline.now }
      return (state.process, state.holdings)
    }
    killed?.kill()
    holdings.die()
    if power {
      volume.losePower(SeededRandomness(seed: seed ^ UInt64(boots) << 32))
      network.lost("\(name)")
      powerLost.withLock { $0 }?()
    } else {
      volume.kill()
      if let killed { network.killed(killed) }
    }
    // Not within the call that is being made.
    timeline.after(.zero) { holdings.close() }
  }

  private func ended(_ process: SimulatedProcess, _ reason: String) {
    guard process.isAlive else { return }
    recorder.tell("\(name)", .crash, "ends: \(reason)")
    let holdings = state.withLock { state in
      state.changedAt = timeline.now
      defer { (state.process, state.holdings) = (nil, Holdings()) }
      return state.holdings
    }
    process.kill()
    holdings.die()
    volume.kill()
    network.killed(process)
    timeline.after(.zero) { holdings.close() }
    timeline.after(Self.restartPause) { [self] in start() }
  }

  // MARK: Operators

  /// Whether the machine has power.
  var hasPower: Bool { state.withLock { $0.powerCuts == 0 } }

  /// Ends the program and does not start it again, as `systemctl stop`. A boot of the machine does.
  func stop() {
    state.withLock { $0.isStopped = true }
    recorder.tell("\(name)", .crash, "is stopped by an operator")
    end(power: false)
  }

  /// Starts what `stop` has ended.
  func startAgain() {
    state.withLock { $0.isStopped = false }
    start()
  }

  /// Runs a command beside the program, as a process of its own that ends with whatever ends the program.
  ///
  /// - Parameter command: gets the disk, and SQLite's name for it.
  /// - Returns: what came of it; nil if it was ended before its end, or the machine has no power.
  func run<Value>(
    _ command: (SimulatedDisk, String) throws(RoostError) -> Value
  ) -> Result<Value, RoostError>? {
    guard hasPower else { return nil }
    volume.comeBack()
    let ends = state.withLock { $0.ends }
    let outcome = Result { () throws(RoostError) in
      let vfs = try SimulatedVFS(
        on: volume, clock: clock, randomness: SeededRandomness(seed: seed ^ 0xC3D))
      return try withExtendedLifetime(vfs) { () throws(RoostError) in
        try command(volume.disk(), vfs.name)
      }
    }
    return state.withLock { $0.ends } == ends ? outcome : nil
  }

  // MARK: What the present run opens

  /// Where its databases are.
  func openVFS() throws(RoostError) -> SimulatedVFS {
    let vfs = try SimulatedVFS(
      on: volume, clock: clock, randomness: SeededRandomness(seed: seed ^ 0x5F5))
    state.withLock { $0.holdings.vfs = vfs }
    return vfs
  }

  /// SQLite's name for where the present run's databases are.
  var vfsName: String? { state.withLock { $0.holdings.vfs?.name } }

  /// What its databases work on.
  var databaseLanes: DatabaseLanes {
    DatabaseLanes { [self] _ in
      let lane = SimulatedLane(databaseConduct)
      state.withLock { $0.holdings.lanes.append(lane) }
      return lane
    }
  }

  /// Has something closed when the run has ended.
  func whenEnded(_ close: @escaping @Sendable () -> Void) {
    state.withLock { $0.holdings.closing.append(close) }
  }
}
