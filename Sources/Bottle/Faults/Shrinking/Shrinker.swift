// SPDX-License-Identifier: Apache-2.0

import Base

/// Makes of a scenario that fails a small one that fails: fewer faults, a shorter run of fewer nodes
/// and clients, simpler faults. The same scenario and verdicts give the same result.
public struct Shrinker {
  /// Runs a scenario and says whether it fails, always alike.
  public typealias Fails = nonisolated(nonsending) (Scenario) async -> Bool

  /// What came of it.
  public struct Outcome: Sendable {
    /// The smallest that was seen to fail.
    public let scenario: Scenario
    /// How many runs it took.
    public let runs: Int
    /// Whether nothing was left to be tried; false when the budget ended it.
    public let isExhausted: Bool
  }

  private var best: Scenario
  private var runs = 0
  private let budget: Int
  private var tried: Set<Scenario>
  private let fails: Fails

  private init(_ scenario: Scenario, budget: Int, fails: @escaping Fails) {
    best = scenario
    tried = [scenario]
    self.budget = budget
    self.fails = fails
  }

  /// Shrinks a scenario that fails.
  ///
  /// - Parameters:
  ///   - failedAt: when its failure was seen, since the start; what comes after it is cut off first,
  ///     so that each further run is short.
  ///   - budget: the most runs.
  public nonisolated(nonsending) static func shrink(
    _ scenario: Scenario, failedAt: Duration? = nil, budget: Int, fails: @escaping Fails
  ) async -> Outcome {
    var shrinker = Shrinker(scenario, budget: budget, fails: fails)
    if let failedAt { await shrinker.cut(to: Int(failedAt.inSeconds) + 1) }
    var before: Scenario
    repeat {
      before = shrinker.best
      await shrinker.leaveOutFaults()
      await shrinker.lowerSizes()
      await shrinker.simplifyFaults()
    } while shrinker.best != before
    return Outcome(
      scenario: shrinker.best, runs: shrinker.runs, isExhausted: shrinker.runs < budget)
  }

  /// Runs a candidate unless it was run before. One that fails is the best so far.
  private nonisolated(nonsending) mutating func fail(_ candidate: Scenario) async -> Bool {
    if candidate == best { return true }
    guard runs < budget, tried.insert(candidate).inserted else { return false }
    runs += 1
    guard await fails(candidate) else { return false }
    best = candidate
    return true
  }

  private nonisolated(nonsending) mutating func leaveOutFaults() async {
    let whole = best
    _ = await deltaDebugged(whole.plan.faults) { faults in
      var candidate = whole
      candidate.plan = FaultPlan(faults, end: whole.plan.end)
      return await fail(candidate)
    }
  }

  private nonisolated(nonsending) mutating func lowerSizes() async {
    // Nodes with faults come first, so that those behind can go.
    let used = best.plan.nodes.numbers
    let order = used + (0..<best.nodes).filter { !used.contains($0) }
    var candidate = best
    candidate.plan = best.plan.mappingNodes { order.firstIndex(of: $0) }
    _ = await fail(candidate)
    _ = await lowered(from: best.nodes, to: Scenario.nodeRange.lowerBound) { nodes in
      var candidate = best
      candidate.nodes = nodes
      candidate.plan = best.plan.mappingNodes { $0 < nodes ? $0 : nil }
      return await fail(candidate)
    }
    _ = await lowered(from: best.clients, to: Scenario.clientRange.lowerBound) { clients in
      var candidate = best
      candidate.clients = clients
      return await fail(candidate)
    }
    let seconds = Int(best.length.inSeconds.rounded(.up))
    _ = await lowered(from: seconds, to: 1) { await cut(to: $0) }
  }

  /// Ends requests and faults after so many seconds.
  @discardableResult
  private nonisolated(nonsending) mutating func cut(to seconds: Int) async -> Bool {
    var candidate = best
    let end = Duration.seconds(Int64(seconds))
    candidate.length = min(best.length, end)
    candidate.plan = FaultPlan(best.plan.faults, end: min(best.plan.end, end))
    return await fail(candidate)
  }

  private nonisolated(nonsending) mutating func simplifyFaults() async {
    var place = 0
    while place < best.plan.faults.count {
      var isSimpler = false
      for event in best.plan.faults[place].event.simplifications where !isSimpler {
        var faults = best.plan.faults
        faults[place].event = event
        var candidate = best
        candidate.plan = FaultPlan(faults, end: best.plan.end)
        isSimpler = await fail(candidate)
      }
      // A fault that got simpler may get simpler still.
      if !isSimpler { place += 1 }
    }
  }
}
