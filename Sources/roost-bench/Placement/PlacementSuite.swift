// SPDX-License-Identifier: Apache-2.0

import Base

/// How long it takes to choose a host.
struct PlacementSuite: Suite {
  let name = "placement"
  let summary = "decisions of the scheduler, in process, on fleets of up to a million hosts"
  let usage = "[--plot FILE.svg] [--largest HOSTS]"
  /// Where the plot of decision time against fleet size goes; nil for none.
  var plot: String?
  /// The largest fleet of the plot.
  var largest = 1_000_000

  func configured(by words: [String]) throws(RoostError) -> any Suite {
    var suite = self
    var rest = words[...]
    while let word = rest.popFirst() {
      guard ["--plot", "--largest"].contains(word) else {
        throw RoostError(.badRequest, "\(name) takes no option \"\(word)\".")
      }
      guard let value = rest.popFirst() else {
        throw RoostError(.badRequest, "\(word) needs a value.")
      }
      if word == "--plot" {
        suite.plot = value
      } else if let hosts = Int(value), (100...10_000_000).contains(hosts) {
        suite.largest = hosts
      } else {
        throw RoostError(
          .badRequest, "--largest \(value): a number of hosts from 100 to 10,000,000 is allowed.")
      }
    }
    return suite
  }

  func run(_ progress: @escaping @Sendable (String) -> Void) async throws(RoostError) -> [Figure] {
    let (small, large) = (try measure(10_000, progress), try measure(100_000, progress))
    if let plot {
      var results = [small, large]
      for hosts in [100, 300, 1000, 3000, 30_000, 300_000, 1_000_000] where hosts <= largest {
        results.append(try measure(hosts, progress))
      }
      try SystemDisk().replace(
        plot, with: Array(DecisionPlot(results.sorted { $0.hosts < $1.hosts }).svg.utf8),
        mode: 0o644)
    }
    return [
      Figure("decisions_per_s_10k", small.perSecond, "1/s", aim: .atLeast(100_000)),
      Figure("decisions_per_s_100k", large.perSecond, "1/s", aim: .atLeast(50_000)),
      Figure("decision_p99_us", large.p99, "µs", aim: .atMost(100)),
      Figure("decision_median_us_10k", small.median, "µs", aim: nil),
      Figure("decision_median_us_100k", large.median, "µs", aim: nil),
    ]
  }

  private func measure(
    _ hosts: Int, _ progress: (String) -> Void
  ) throws(RoostError) -> PlacementRun.Result {
    progress("\(hosts) hosts …")
    var run = PlacementRun(hosts: hosts)
    return try run.measure(decisions: 100_000, checks: 100)
  }
}
