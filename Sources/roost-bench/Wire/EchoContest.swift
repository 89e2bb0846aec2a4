// SPDX-License-Identifier: Apache-2.0

import Base
import Lanes
import LocalCloud
import Processes

/// Echoes that take turns, so that all are measured on the same busy or idle machine.
struct EchoContest {
  enum Contestant: String, CaseIterable {
    case roost = "Roost"
    case bare = "bare echo over GnuTLS"
    case cpp = "gRPC for C++"
    case python = "gRPC for Python"

    /// How many calls take about half a second of CPU.
    fileprivate var calls: Int {
      switch self {
      case .roost, .bare: 20_000
      case .cpp: 5_000
      case .python: 1_000
      }
    }
  }

  /// Per call, each the median of all turns.
  struct Cost {
    let client: Double
    let server: Double
    let both: Double
  }

  private struct Turn: Hashable {
    let contestant: Contestant
    let atOnce: Int
  }

  private let folder: EchoFolder
  private var programs: [Contestant: EchoProgram] = [:]
  private var costs: [Turn: [EchoProgram.Cost]] = [:]
  /// Why a contestant is out.
  private(set) var failures: [Contestant: String] = [:]

  init(_ folder: EchoFolder) {
    self.folder = folder
  }

  /// Builds and starts a contestant. One that fails is out.
  mutating func start(_ contestant: Contestant) async {
    do throws(RoostError) {
      programs[contestant] = try await EchoProgram(
        try await command(of: contestant), folder: folder.path)
    } catch {
      failures[contestant] = Self.text(error)
    }
  }

  /// One turn of each, with so many calls at once.
  mutating func measure(atOnce: Int) async {
    for contestant in Contestant.allCases {
      guard let program = programs[contestant], failures[contestant] == nil else { continue }
      do throws(RoostError) {
        let cost = try await program.measure(calls: contestant.calls, atOnce: atOnce)
        costs[Turn(contestant: contestant, atOnce: atOnce), default: []].append(cost)
      } catch {
        failures[contestant] = Self.text(error)
      }
    }
  }

  /// Nil for a contestant that is out.
  func cost(of contestant: Contestant, atOnce: Int) -> Cost? {
    guard failures[contestant] == nil,
      let turns = costs[Turn(contestant: contestant, atOnce: atOnce)]
    else { return nil }
    return Cost(
      client: turns.map(\.client).percentile(50), server: turns.map(\.server).percentile(50),
      both: turns.map { $0.client + $0.server }.percentile(50))
  }

  /// Ends all servers.
  func stop() {
    for contestant in Contestant.allCases { programs[contestant]?.stop() }
  }

  private func command(of contestant: Contestant) async throws(RoostError) -> [String] {
    switch contestant {
    case .roost, .bare:
      let kind: EchoCommand.Kind = contestant == .roost ? .roost : .bare
      return ["\(folder.tree.programs)/roost-bench", "echo", kind.rawValue]
    case .cpp: return try await build("cpp")
    case .python: return try await build("python")
    }
  }

  /// Has gRPC's packages installed and its echo built. Returns the command.
  private func build(_ language: String) async throws(RoostError) -> [String] {
    let patience = Duration.seconds(1200)
    let program = ChildProcess("\(folder.tree.root)/Tests/Bench/grpc/build", [language])
    let lane = Lane(name: "build")
    defer { lane.stop() }
    let output = try await lane.run(program.line, timeout: patience) { () throws(RoostError) in
      try program.text(timeout: patience, clock: SystemClock())
    }
    return output.split { $0 == " " || $0 == "\n" }.map(String.init)
  }

  /// The command that failed, and the end of what it said.
  private static func text(_ error: RoostError) -> String {
    guard let more = error.operator else { return error.user }
    return "\(error.user): \(more.suffix(500))"
  }
}
