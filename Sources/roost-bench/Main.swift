// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// Measures Roost beside its peers: chooses the suite, prints what it found.
@main
enum Main {
  private static let suites: [any Suite] = [
    BootSuite(), WireSuite(), FleetSuite(), BottleSuite(), PlacementSuite(),
  ]

  private static let tools: [any Tool] = [HypervisorTool(), AgentTool()]

  static func main() async {
    var words = Array(CommandLine.arguments.dropFirst())
    let asJSON = words.contains("--json")
    words.removeAll { $0 == "--json" }
    guard let name = words.first, name != "--help", name != "-h" else {
      print(usage)
      return
    }
    if name == "echo" { return await echo(Array(words.dropFirst())) }
    if let tool = tools.first(where: { $0.name == name }) {
      do throws(RoostError) {
        try await tool.run(try ToolOptions(words.dropFirst(), for: tool))
      } catch {
        complain("\(name): \(error)")
        exit(1)
      }
      return
    }
    guard let chosen = suites.first(where: { $0.name == name }) else {
      complain("there is no suite \"\(name)\".\n\(usage)")
      exit(2)
    }
    let suite: any Suite
    do throws(RoostError) { suite = try chosen.configured(by: Array(words.dropFirst())) } catch {
      complain("\(error.user)\n\(usage)")
      exit(2)
    }
    do throws(RoostError) {
      let figures = try await suite.run { complain($0) }
      let report = Report(suite: suite.name, machine: try Machine(), figures: figures)
      print(asJSON ? report.json : report.table)
    } catch {
      complain("\(suite.name): \(error)")
      exit(1)
    }
  }

  /// One end of an echo, which the suite `wire` starts.
  private static func echo(_ words: [String]) async {
    do throws(RoostError) {
      try await EchoCommand.run(words)
    } catch {
      complain("echo: \(error.user)")
      exit(1)
    }
  }

  private static var usage: String {
    let lines = suites.map { suite in
      let options = suite.usage.isEmpty ? "" : "\n    \(suite.usage)"
      return "  \(suite.name)  \(suite.summary)\(options)"
    }
    let parts = tools.map { tool in
      "  \(tool.name)  \(tool.summary)\n    "
        + tool.options.map { "\($0) VALUE" }.joined(separator: " ")
    }
    return "Usage: roost-bench SUITE [OPTIONS] [--json]\n       roost-bench TOOL OPTIONS\n\n"
      + (lines + parts).joined(separator: "\n")
  }

  private static func complain(_ text: String) {
    let line = Array("roost-bench: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
