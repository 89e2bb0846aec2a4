// SPDX-License-Identifier: Apache-2.0

import Base
import Bottle
import Glibc

/// Runs one seed after the other until one fails, and then makes it as small as it can be.
struct BottleSearch {
  private let options: BottleOptions
  private let progress: @Sendable (String) -> Void
  private let disk: any Disk = SystemDisk()

  /// A longer history is cut at its beginning.
  private static let keptEvents = 200_000
  /// So often a scenario that fails is run again to make it smaller.
  private static let shrinkingRuns = 200

  init(_ options: BottleOptions, _ progress: @escaping @Sendable (String) -> Void) {
    self.options = options
    self.progress = progress
  }

  /// - Returns: how much was simulated.
  /// - Throws: `conflict` when a run breaks a promise; its files are written.
  func run() async throws(RoostError) -> [Figure] {
    if let file = options.replay { return try await replay(file) }
    let first = options.seed ?? SystemRandomness().number(below: 1 << 48)
    var (runs, hours) = (0, 0.0)
    let begun = cpuSeconds()
    while isToGoOn(after: runs, cpuSeconds() - begun) {
      let outcome = try once(options.scenario(first &+ UInt64(runs)))
      runs += 1
      hours += outcome.span.inSeconds / 3600 * Double(options.nodes)
      guard outcome.violations.isEmpty else { throw try await failure(outcome) }
    }
    return [
      Figure("seeds", Double(runs), "", aim: nil),
      Figure("node_hours", hours, "h", aim: nil),
      Figure("node_hours_per_s", hours / max(cpuSeconds() - begun, 0.001), "h/s", aim: nil),
    ]
  }

  /// Puts a scenario's bug in.
  private func plant(_ name: String?) throws(RoostError) {
    guard let name else { return }
    guard let bug = PlantedBug(rawValue: name) else {
      throw RoostError(
        .badRequest,
        "The planted bug is \"\(name)\"; it must be one of "
          + "\(PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    #if PLANTED_BUGS
      PlantedBugs.chosen = bug
    #else
      throw RoostError(
        .badRequest,
        "This build has no planted bug \(bug.rawValue); `make bottle-score` makes one that has.")
    #endif
  }

  private func isToGoOn(after runs: Int, _ seconds: Double) -> Bool {
    guard let minutes = options.minutes else { return runs < options.seeds }
    return seconds < Double(minutes * 60)
  }

  private func once(_ scenario: Scenario) throws(RoostError) -> Run.Outcome {
    try plant(scenario.plantedBug)
    let outcome = try Run(scenario, keeping: Self.keptEvents).outcome()
    progress(
      "seed \(scenario.seed): \(scenario.plan.faults.count) faults, \(outcome.history.count) "
        + "events, \(outcome.history.digestText)"
        + (outcome.unrest.map { ", at rest after \(Int($0.inSeconds)) s" } ?? "")
        + (outcome.violations.first.map { ", BROKEN \($0)" } ?? ""))
    if options.isTwice {
      let again = try Run(scenario, keeping: Self.keptEvents).outcome()
      guard again.history.digest == outcome.history.digest, again.steps == outcome.steps else {
        let names = try write(outcome, "first") + write(again, "second")
        throw RoostError(
          .conflict,
          "Seed \(scenario.seed) gave two histories: \(names.joined(separator: ", ")).")
      }
    }
    if options.writesHistory { _ = try write(outcome, "history") }
    return outcome
  }

  private func replay(_ file: String) async throws(RoostError) -> [Figure] {
    guard let bytes = try disk.read(file, limit: Scenario.maxFileSize) else {
      throw RoostError(.notFound, "--replay: \(file) does not exist.")
    }
    let outcome = try once(try Scenario(parsing: bytes))
    guard outcome.violations.isEmpty else {
      let names = try write(outcome, "replayed")
      throw RoostError(
        .conflict, "\(outcome.violations[0]) See \(names.joined(separator: ", ")).")
    }
    return [Figure("violations", 0, "", aim: .atMost(0))]
  }

  /// Makes what failed small, and writes it.
  private func failure(_ outcome: Run.Outcome) async throws(RoostError) -> RoostError {
    var smallest = outcome
    if options.shrinks, let promise = outcome.violations.first?.promise {
      progress("making seed \(outcome.scenario.seed) smaller")
      let shrunk = await Shrinker.shrink(
        outcome.scenario, failedAt: outcome.span, budget: Self.shrinkingRuns
      ) { scenario in
        let again = try? Run(scenario, keeping: 1).outcome()
        return again?.violations.contains { $0.promise == promise } ?? false
      }
      smallest = try Run(shrunk.scenario, keeping: Self.keptEvents).outcome()
    }
    let names = try write(smallest, "failed")
    let text = smallest.violations.first.map { "\($0)" } ?? "it does not fail twice"
    return RoostError(
      .conflict, "Seed \(outcome.scenario.seed): \(text) See \(names.joined(separator: ", ")).")
  }

  /// Writes scenario and history. Returns the files' names.
  private func write(_ outcome: Run.Outcome, _ what: String) throws(RoostError) -> [String] {
    let base = "\(options.folder)/bottle-\(outcome.scenario.seed)-\(what)"
    let timeline = HTMLTimeline(
      history: outcome.history, scenario: outcome.scenario,
      failure: outcome.violations.isEmpty
        ? nil : outcome.violations.map { "\($0)" }.joined(separator: "\n"),
      command: "roost-bench bottle --replay \(base).json")
    let files = [
      (base + ".json", outcome.scenario.fileText), (base + ".txt", outcome.history.text()),
      (base + ".html", timeline.html),
    ]
    for (name, text) in files { try disk.replace(name, with: Array(text.utf8), mode: 0o644) }
    return files.map(\.0)
  }
}

/// CPU time of this process, in seconds.
func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
