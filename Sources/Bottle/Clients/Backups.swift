// SPDX-License-Identifier: Apache-2.0

import Base
import ControllerDaemon
import Simulation
import Synchronization

/// An operator's backups of the controller: makes them now and then, and puts one back.
final class Backups: Sendable {
  private struct Made {
    let path: String
    /// Of which moment it is.
    let moment: Duration
  }

  private struct State {
    /// Those that were finished, by age.
    var made: [Made] = []
    var number = 0
    /// Which is being put back, if one is.
    var restoring: String?
  }

  /// More are not kept.
  private static let kept = 8
  /// Until what failed is tried again.
  private static let pause = Duration.seconds(20)
  /// Nodes that nothing hinders have told what they know so long after a restore.
  private static let settling = Duration.seconds(600)

  private let machine: Machine
  private let timeline: Timeline
  private let clock: SimulatedClock
  private let faultsEnd: Duration
  private let ledger: Ledger
  private let recorder: Recorder
  private let state = Mutex(State())

  init(
    of machine: Machine, timeline: Timeline, faultsEnd: Duration, ledger: Ledger,
    recorder: Recorder
  ) {
    self.machine = machine
    self.timeline = timeline
    clock = SimulatedClock(timeline, bootedAt: .zero)
    self.faultsEnd = faultsEnd
    self.ledger = ledger
    self.recorder = recorder
  }

  /// Whether a restore has begun and the controller was not started again.
  var isRestoring: Bool { state.withLock { $0.restoring != nil } }

  /// Has the real command make one, if the machine is up.
  func make() {
    let path = state.withLock { state in
      state.number += 1
      return "/backups/\(state.number).db"
    }
    let moment = now
    let outcome = machine.run { (disk, vfs) throws(RoostError) in
      try disk.makeFolder("/backups", mode: 0o700)
      let configuration = try Self.configuration
      _ = try BackupCommand(
        file: path, configuration: configuration, disk: disk, vfs: vfs, clock: machine.clock
      ).run()
      for backup in takeOld() { try disk.remove(backup.path) }
    }
    guard tell("backup \(path)", outcome) else { return }
    state.withLock { $0.made.append(Made(path: path, moment: moment)) }
  }

  /// Those that a new one takes the place of. What is being put back stays.
  private func takeOld() -> [Made] {
    state.withLock { state in
      let old = state.made.dropLast(Self.kept - 1).filter { $0.path != state.restoring }
      state.made.removeAll { backup in old.contains { $0.path == backup.path } }
      return old
    }
  }

  /// Puts one back. Nothing happens where there is none, or while another restore goes on.
  func restore(_ fault: Fault.Restore) {
    let backup = state.withLock { state -> Made? in
      let newest = state.made.last { now - $0.moment >= fault.age }
      guard let newest, state.restoring == nil else { return nil }
      state.restoring = newest.path
      return newest
    }
    guard let backup else { return }
    SimulatedProcess("operator", on: timeline).start { [self] in
      await restore(backup, fault)
      state.withLock { $0.restoring = nil }
    }
  }

  private func restore(_ backup: Made, _ fault: Fault.Restore) async {
    var runs: UInt64?
    if fault.cutAt > 0 {
      machine.calls.arm(after: fault.cutAt - 1, settling: true) { [machine] call in
        machine.goDown(for: fault.down, power: true, within: call)
      }
    }
    while true {
      if machine.hasPower {
        machine.stop()
        // What a program that ran between two attempts told clients came of the first.
        if runs != machine.runs {
          let settled = max(now, faultsEnd) + Self.settling
          ledger.restore(backup: backup.moment, settled: settled)
          runs = machine.runs
        }
        let untroubled = machine.untroubledFor
        let outcome = unpack(backup)
        if tell("restore \(backup.path)", outcome) { break }
        if case .failure(let error) = outcome, untroubled > .zero {
          ledger.report(
            Violation(.restorable, "\(backup.path) could not be restored: \(error)"))
          break
        }
      }
      try? await clock.sleep(for: Self.pause)
    }
    try? await clock.sleep(for: fault.down)
    machine.startAgain()
  }

  private func unpack(_ backup: Made) -> Result<Void, RoostError>? {
    machine.run { (disk, vfs) throws(RoostError) in
      let configuration = try Self.configuration
      let randomness = SeededRandomness(seed: machine.seed &+ machine.runs)
      _ = try Restoration(
        from: backup.path, isForced: true, configuration: configuration, disk: disk, vfs: vfs,
        clock: machine.clock, randomness: randomness
      ).run()
    }
  }

  /// Returns whether it was done.
  private func tell(_ command: String, _ outcome: Result<Void, RoostError>?) -> Bool {
    switch outcome {
    case .success:
      recorder.tell("operator", .answer, "\(command): done")
      return true
    case .failure(let error): recorder.tell("operator", .answer, "\(command): \(error)")
    case nil: recorder.tell("operator", .answer, "\(command): did not come to its end")
    }
    return false
  }

  private static var configuration: ControllerConfiguration {
    get throws(RoostError) {
      try ControllerConfiguration(
        text: "state_folder: \(ControllerMachine.folder)", file: "controller.yaml")
    }
  }

  private var now: Duration { timeline.now - Uptime(nanoseconds: 0) }
}
