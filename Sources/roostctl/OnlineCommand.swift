// SPDX-License-Identifier: Apache-2.0

import Base
import JSON

/// A command that asks the controller.
protocol OnlineCommand: Command {
  /// What it takes beside what every such command takes.
  var ownOptions: [Option] { get }
  /// Help beyond the options and where the controller is.
  var ownDetails: String? { get }

  /// Asks, and says what to print: lines for people, and the answer itself for `--json`.
  func run(_ options: Options, asking client: OperatorClient) async throws(RoostError) -> Report
}

/// What a command has found out.
struct Report: Sendable {
  /// For people.
  var lines: [String]
  /// For programs: what the API answered.
  var json: JSONValue
  var outcome = Outcome.done
}

extension OnlineCommand {
  var ownOptions: [Option] { [] }
  var ownDetails: String? { nil }

  var options: [Option] {
    ownOptions + [
      Option("--json", nil, .optional, "print the API's answer as JSON"),
      Option("--os-cloud", "CLOUD", .optional, "the cloud of clouds.yaml to ask"),
    ]
  }

  var details: String? {
    [ownDetails, CloudAccess.help].compactMap { $0 }.joined(separator: "\n\n")
  }

  func run(_ options: Options) async throws(RoostError) -> Outcome {
    let access = try CloudAccess.find(
      cloud: options.value("--os-cloud"), in: try Environment.ofProcess())
    let report = try await run(options, asking: try await .signIn(access))
    if options.has("--json") {
      print(String(decoding: report.json.encoded, as: UTF8.self))
    } else {
      for line in report.lines { print(line.printable) }
    }
    return report.outcome
  }
}
