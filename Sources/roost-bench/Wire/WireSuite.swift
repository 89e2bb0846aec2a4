// SPDX-License-Identifier: Apache-2.0

import Base
import LocalCloud

/// What a call over Roost's wire costs, beside the same message without a protocol and beside gRPC.
struct WireSuite: Suite {
  let name = "wire"
  let summary = "CPU of a unary call, beside a bare echo over TLS and beside gRPC"

  private static let turns = 7
  /// So many calls at once. The figures that carry an aim are those of calls one after the other; with
  /// many at once, what a call costs is told beside them.
  private static let loads = [1, 64]

  func run(_ progress: @Sendable (String) -> Void) async throws(RoostError) -> [Figure] {
    let folder = try EchoFolder(try SourceTree())
    var contest = EchoContest(folder)
    for contestant in EchoContest.Contestant.allCases {
      progress("starting \(contestant.rawValue)")
      await contest.start(contestant)
    }
    for turn in 1...Self.turns {
      progress("turn \(turn) of \(Self.turns)")
      for load in Self.loads { await contest.measure(atOnce: load) }
    }
    contest.stop()
    try folder.remove()
    if let failure = contest.failures[.roost] { throw RoostError(.internal, failure) }
    return Self.loads.flatMap { Self.figures(contest, atOnce: $0) }
  }

  private static func figures(_ contest: EchoContest, atOnce: Int) -> [Figure] {
    guard let ours = contest.cost(of: .roost, atOnce: atOnce) else { return [] }
    let suffix = atOnce == 1 ? "" : "_\(atOnce)"

    func ratio(
      _ name: String, to peer: EchoContest.Contestant, aim: Figure.Aim?,
      _ ratio: (EchoContest.Cost) -> Double
    ) -> Figure {
      guard let cost = contest.cost(of: peer, atOnce: atOnce) else {
        let failure = contest.failures[peer] ?? "no turn"
        return Figure(name + suffix, "×", failure: failure, aim: aim)
      }
      return Figure(
        name + suffix, ratio(cost), "×",
        peer: Figure.Peer(name: peer.rawValue, value: cost.both, unit: "µs"), aim: aim)
    }

    func perEnd(_ end: String, _ path: (EchoContest.Cost) -> Double) -> Figure {
      let bare = contest.cost(of: .bare, atOnce: atOnce).map(path)
      return Figure(
        "call_\(end)_cpu_us" + suffix, path(ours), "µs",
        peer: bare.map { Figure.Peer(name: EchoContest.Contestant.bare.rawValue, value: $0) },
        aim: nil)
    }

    return [
      ratio("framed_cpu_ratio", to: .bare, aim: atOnce == 1 ? .atMost(1.3) : nil) {
        ours.both / $0.both
      },
      ratio("grpc_cpu_ratio", to: .cpp, aim: atOnce == 1 ? .atLeast(2) : nil) {
        $0.both / ours.both
      },
      ratio("grpc_python_cpu_ratio", to: .python, aim: nil) { $0.both / ours.both },
      perEnd("client", \.client),
      perEnd("server", \.server),
    ]
  }
}
