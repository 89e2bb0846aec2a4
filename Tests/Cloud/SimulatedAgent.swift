// SPDX-License-Identifier: Apache-2.0

import Base
import NodeProtocol
import StateDigest
import TestSupport
import Wire

/// What an agent does with what it is told: keeps it in a journal that outlives its connections,
/// makes it so some time later, and forgets a revoked instance once its end was answered.
final class SimulatedAgent {
  private struct Entry {
    var desired: Desired
    var isDone = false
  }

  var node: TestNode
  private var journal: [InstanceID: Entry] = [:]
  /// Reports that were made before, for a network that repeats itself.
  private var earlier: [Observation] = []
  var isConnected = false
  /// Whether it registers by digests.
  private let resumes: Bool
  private var reports: [InstanceID: Observation] = [:]

  init(_ node: TestNode, resumes: Bool) {
    self.node = node
    self.resumes = resumes
  }

  var hasWork: Bool { journal.values.contains { !$0.isDone } }

  /// Connects, if it isn't, and says what it holds.
  func register() async throws {
    if !isConnected { try await node.connect() }
    isConnected = true
    let held = journal.sorted { $0.key < $1.key }.map { id, entry in
      var held = Held()
      held.instanceID = id
      held.generation = entry.desired.generation
      held.target = entry.desired.target
      return held
    }
    guard resumes else {
      try await node.register(holding: held)
      return
    }
    let observed = reports.values.sorted { $0.instanceID < $1.instanceID }
    let recorded = try await node.resume(holding: held, observed: observed).recorded
    // What the controller has not recorded is told again. What it has, or what it takes now, is done.
    for report in observed {
      let isRecorded = recorded.contains(EntryDigest(report))
      let isTold = if isRecorded { true } else { await say(report) }
      if isTold { finish(report) }
    }
  }

  private func finish(_ report: Observation) {
    let id = report.instanceID
    guard let desired = journal[id]?.desired, desired.generation == report.generation else {
      return
    }
    if desired.target == .absent {
      journal[id] = nil
      reports[id] = nil
    } else {
      journal[id]?.isDone = true
    }
  }

  /// Takes what has come into its journal.
  func take() {
    for desired in node.told.drain() {
      if let held = journal[desired.instanceID], held.desired.generation >= desired.generation {
        continue
      }
      journal[desired.instanceID] = Entry(desired: desired)
    }
  }

  /// Makes one entry so, or fails to, and reports it. What could not be reported is done again.
  func work(_ randomness: SeededRandomness, fails: Bool) async {
    let waiting = journal.filter { !$0.value.isDone }.keys.sorted()
    guard !waiting.isEmpty else { return }
    let id = waiting[Int(randomness.number(below: UInt64(waiting.count)))]
    guard let desired = journal[id]?.desired else { return }
    let observation: Observation
    switch desired.target {
    case .absent: observation = .gone(desired)
    case .stopped: observation = .settled(desired, power: 4)
    default:
      observation =
        fails ? .failed(desired, step: "createDisk", "no space") : .settled(desired)
    }
    if await say(observation) { finish(observation) }
  }

  /// A guest switches itself off.
  func powerOff(_ randomness: SeededRandomness) async {
    let running = journal.filter { $0.value.isDone && $0.value.desired.target == .running }.keys
      .sorted()
    guard !running.isEmpty else { return }
    let id = running[Int(randomness.number(below: UInt64(running.count)))]
    guard let desired = journal[id]?.desired else { return }
    _ = await say(.settled(desired, power: 4))
  }

  /// A report arrives a second time, however late.
  func repeatOne(_ randomness: SeededRandomness) async {
    guard !earlier.isEmpty else { return }
    let place = Int(randomness.number(below: UInt64(earlier.count)))
    _ = try? await node.report(earlier[place])
  }

  private func say(_ observation: Observation) async -> Bool {
    earlier.append(observation)
    reports[observation.instanceID] = observation
    do {
      try await node.report(observation)
      return true
    } catch {
      return false
    }
  }
}
